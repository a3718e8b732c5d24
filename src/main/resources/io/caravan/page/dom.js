// Elements, made and changed in place. Text goes in as text, never as markup: keys and messages come from servers.

const SVG = 'http://www.w3.org/2000/svg';

/** An element: el('p', {class: 'x', onclick: f}, 'text', other). A false or missing attribute is left out. */
export function el(name, attributes = {}, ...children) {
  return dress(document.createElement(name), attributes, children);
}

/** The same of SVG. */
export function svg(name, attributes = {}, ...children) {
  return dress(document.createElementNS(SVG, name), attributes, children);
}

function dress(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else {
      attribute(node, name, value);
    }
  }
  node.append(...children);
  return node;
}

/** Sets the text only if it is another one: what is selected stays selected, and nothing is painted again. */
export function text(node, value) {
  const string = String(value);
  if (node.textContent !== string) {
    node.textContent = string;
  }
  return node;
}

/** Sets or, with false, null or undefined, takes away. */
export function attribute(node, name, value) {
  if (value === false || value === null || value === undefined) {
    node.removeAttribute(name);
  } else {
    const string = value === true ? '' : String(value);
    if (node.getAttribute(name) !== string) {
      node.setAttribute(name, string);
    }
  }
  return node;
}

/** Shows or hides. */
export function show(node, shown) {
  if (node.hidden === Boolean(shown)) {
    node.hidden = !shown;
  }
  return node;
}

/**
 * Keeps one child for each item, in their order. A part is {node, update(item)}; `make` is called once for each new key.
 * Children that stay are not touched, so focus and scroll position stay, too.
 */
export class Parts {
  constructor(parent, make) {
    this.parent = parent;
    this.make = make;
    this.parts = new Map();
  }

  update(items, keyOf) {
    const present = new Set();
    let before = null;
    for (const item of items) {
      const key = keyOf(item);
      if (present.has(key)) {
        continue;
      }
      present.add(key);
      let part = this.parts.get(key);
      if (!part) {
        part = this.make(item);
        this.parts.set(key, part);
      }
      part.update(item);
      const place = before ? before.nextSibling : this.parent.firstChild;
      if (part.node !== place) {
        this.parent.insertBefore(part.node, place);
      }
      before = part.node;
    }
    for (const [key, part] of this.parts) {
      if (!present.has(key)) {
        part.node.remove();
        this.parts.delete(key);
      }
    }
  }
}
