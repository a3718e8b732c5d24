// A line over the last minutes, drawn with SVG. Pointing at it, or the arrow keys, say what a moment was like.

import {attribute, el, show, svg, text} from './dom.js';
import * as format from './format.js';

const HEIGHT = 170;
const TOP = 8;
const BOTTOM = 24;
const LEFT = 58;
const RIGHT = 10;
/** Below this there is room for every second label only. */
const NARROW = 420;
const LONGEST_MILLIS = 5 * 60_000;
const SHORTEST_MILLIS = 60_000;
/** Between samples farther apart than this nothing is known: the line is broken. */
const GAP_MILLIS = 12_000;
const AGES = [0, 1, 2, 3, 4, 5].map(minutes => minutes * 60_000);
const SHORT_AGES = [0, 15, 30, 45, 60].map(seconds => seconds * 1000);

export class Chart {
  /**
   * @param name of what is drawn, for the heading
   * @param valueOf the number of a sample, or null
   * @param axis how a number is written at the axis that ends at another
   * @param told how a sample is written in words
   * @param tops where the axis may end, in ascending order; a quarter of each is a number that is easy to read
   */
  constructor({name, series, valueOf, axis, told, tops}) {
    Object.assign(this, {name, valueOf, axis, told, tops});
    this.samples = [];
    this.cursor = null;
    this.grid = svg('g', {class: 'grid'});
    this.area = svg('path', {class: 'area'});
    this.line = svg('path', {class: 'line'});
    this.hair = svg('line', {class: 'hair', y1: TOP, y2: HEIGHT - BOTTOM});
    this.dot = svg('circle', {class: 'dot', r: 4});
    this.mark = svg('g', {class: 'mark'}, this.hair, this.dot);
    this.picture = svg('svg', {class: 'plot', height: HEIGHT, role: 'img', tabindex: '0', 'aria-label': name},
      this.grid, this.area, this.line, this.mark);
    this.reading = el('output', {class: 'reading', 'aria-live': 'off'});
    this.empty = el('p', {class: 'faint'}, 'The line begins with the next second.');
    this.node = el('figure', {class: `chart ${series}`},
      el('figcaption', {}, el('span', {class: 'swatch', 'aria-hidden': 'true'}), el('span', {class: 'name'}, name), this.reading),
      this.picture, this.empty);
    this.listen();
    this.widths = new ResizeObserver(() => this.draw());
    this.widths.observe(this.node);
  }

  listen() {
    this.picture.addEventListener('pointermove', event => {
      const x = event.clientX - this.picture.getBoundingClientRect().left;
      this.point(this.nearest(x));
    });
    this.picture.addEventListener('pointerleave', () => this.point(null));
    this.picture.addEventListener('blur', () => this.point(null));
    this.picture.addEventListener('focus', () => this.point(this.samples.length - 1));
    this.picture.addEventListener('keydown', event => this.step(event));
  }

  step(event) {
    const steps = {ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity};
    const by = steps[event.key];
    if (by === undefined || !this.samples.length) {
      return;
    }
    event.preventDefault();
    const from = this.index() ?? this.samples.length - 1;
    this.point(Math.min(this.samples.length - 1, Math.max(0, from + by)));
    attribute(this.reading, 'aria-live', 'polite');
  }

  /** The moment that is pointed at is kept by its time: the samples move on below it. */
  point(index) {
    this.cursor = index === null || index < 0 ? null : this.samples[index]?.at ?? null;
    attribute(this.reading, 'aria-live', 'off');
    this.drawMark();
  }

  index() {
    if (this.cursor === null) {
      return null;
    }
    const index = this.samples.findIndex(sample => sample.at >= this.cursor);
    return index < 0 ? null : index;
  }

  nearest(x) {
    let best = null;
    this.samples.forEach((sample, i) => {
      if (best === null || Math.abs(this.x(sample.at) - x) < Math.abs(this.x(this.samples[best].at) - x)) {
        best = i;
      }
    });
    return best;
  }

  update(samples) {
    const newest = samples.length ? samples[samples.length - 1].at : 0;
    this.samples = samples.filter(sample => newest - sample.at <= LONGEST_MILLIS);
    this.draw();
  }

  draw() {
    const samples = this.samples;
    this.width = this.node.clientWidth;
    show(this.empty, samples.length < 2);
    attribute(this.picture, 'hidden', samples.length < 2);
    if (samples.length < 2 || this.width === 0) {
      return;
    }
    this.last = samples[samples.length - 1].at;
    this.span = Math.max(SHORTEST_MILLIS, this.last - samples[0].at);
    const most = Math.max(...samples.map(sample => this.valueOf(sample) ?? 0));
    this.top = this.tops.find(top => top >= most) ?? most;
    attribute(this.picture, 'width', this.width);
    attribute(this.picture, 'viewBox', `0 0 ${this.width} ${HEIGHT}`);
    this.drawGrid();
    const pieces = this.pieces();
    attribute(this.line, 'd', pieces.map(piece => path(piece)).join(''));
    attribute(this.area, 'd', pieces.filter(piece => piece.length > 1).map(piece => this.filled(piece)).join(''));
    this.drawMark();
    const latest = samples[samples.length - 1];
    attribute(this.picture, 'aria-label',
      `${this.name}, the last ${format.duration((this.last - samples[0].at) / 1000)}: ${this.told(latest)} now, `
      + `${this.axis(most, most)} at most. The arrow keys go through it.`);
  }

  drawGrid() {
    const lines = [];
    for (let i = 0; i <= 4; i++) {
      const value = this.top * i / 4;
      const y = this.y(value);
      lines.push(svg('line', {x1: LEFT, x2: this.width - RIGHT, y1: y, y2: y, class: i === 0 ? 'base' : ''}));
      lines.push(label(LEFT - 8, y + 4, 'end', this.axis(value, this.top)));
    }
    const ages = this.span <= 90_000 ? SHORT_AGES : AGES;
    const every = this.width < NARROW ? 2 : 1;
    for (const age of ages.filter((each, i) => each <= this.span && i % every === 0)) {
      const x = this.x(this.last - age);
      lines.push(svg('line', {x1: x, x2: x, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM + 4}));
      const words = age === 0 ? 'now' : age < 60_000 ? `−${age / 1000} s` : `−${age / 60_000} min`;
      lines.push(label(x, HEIGHT - 6, age === 0 ? 'end' : x < LEFT + 20 ? 'start' : 'middle', words));
    }
    this.grid.replaceChildren(...lines);
  }

  pieces() {
    const pieces = [];
    let piece = [];
    let before = null;
    for (const sample of this.samples) {
      const value = this.valueOf(sample);
      if (value === null || (before !== null && sample.at - before > GAP_MILLIS)) {
        pieces.push(piece);
        piece = [];
      }
      if (value !== null) {
        piece.push([this.x(sample.at), this.y(value)]);
      }
      before = sample.at;
    }
    pieces.push(piece);
    return pieces.filter(each => each.length);
  }

  filled(piece) {
    const floor = HEIGHT - BOTTOM;
    return `${path(piece)}L${piece[piece.length - 1][0].toFixed(1)} ${floor}L${piece[0][0].toFixed(1)} ${floor}Z`;
  }

  drawMark() {
    const pointed = this.index();
    const sample = this.samples[pointed ?? this.samples.length - 1];
    const value = sample ? this.valueOf(sample) : null;
    attribute(this.mark, 'visibility', pointed === null || value === null ? 'hidden' : 'visible');
    if (!sample) {
      text(this.reading, '');
      return;
    }
    if (pointed !== null && value !== null) {
      const x = this.x(sample.at).toFixed(1);
      attribute(this.hair, 'x1', x);
      attribute(this.hair, 'x2', x);
      attribute(this.dot, 'cx', x);
      attribute(this.dot, 'cy', this.y(value).toFixed(1));
    }
    const when = pointed === null ? 'now' : `at ${format.clock(new Date(sample.at).toISOString())}`;
    text(this.reading, `${this.told(sample)} ${when}`);
  }

  x(at) {
    return LEFT + (this.width - LEFT - RIGHT) * (1 - (this.last - at) / this.span);
  }

  y(value) {
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / this.top);
  }
}

function label(x, y, anchor, words) {
  return svg('text', {x: x.toFixed(1), y: y.toFixed(1), 'text-anchor': anchor}, words);
}

function path(points) {
  const [first, ...others] = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
  // A point without neighbours is a dot: the line has round ends.
  return `M${first}${others.length ? others.map(point => `L${point}`).join('') : 'h0.01'}`;
}
