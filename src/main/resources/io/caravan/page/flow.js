// The picture: where the data comes from, and where it goes.

import {attribute, el, Parts, svg, text} from './dom.js';
import * as format from './format.js';
import {side} from './parts.js';
import {setShape, shape} from './states.js';
import {nodeLook, shardLook} from './tables.js';

/** More than these are not drawn; those with a problem are among them. */
const MOST = 8;

export class Flow {
  constructor() {
    this.from = new Column('source', shardLook, shard => shard.node || shard.name);
    this.to = new Column('destination', nodeLook, node => node.address);
    this.left = new Lines(false);
    this.right = new Lines(true);
    this.middle = el('p', {class: 'figure'});
    this.behind = el('p', {class: 'note'});
    this.node = el('div', {class: 'flow'}, this.from.node, this.left.node,
      el('div', {class: 'caravan'}, el('h3', {}, 'Caravan'), this.middle, this.behind),
      this.right.node, this.to.node);
  }

  update(task) {
    const copying = task.state === 'Initial synchronization';
    this.from.update(task.shards ?? [], task.source);
    this.to.update(task.nodes ?? [], task.destination);
    this.left.update(this.from.drawn);
    this.right.update(this.to.drawn);
    const {rates = {}, lag = {}} = task;
    text(this.middle, copying && rates.keys > 0 ? `${format.brief(rates.keys)} keys/s` : `${format.brief(rates.commands)} cmd/s`);
    text(this.behind, `${format.bytes(rates.bytes)}/s · lag ${format.seconds(lag.seconds)}`);
  }
}

class Column {
  constructor(title, look, nameOf) {
    Object.assign(this, {look, nameOf});
    this.kind = el('span', {class: 'faint'});
    const list = el('ul', {role: 'list'});
    this.node = el('div', {class: `column ${title}`},
      el('h3', {}, title === 'source' ? 'Source ' : 'Destination ', this.kind), list);
    this.boxes = new Parts(list, () => this.box());
    this.drawn = [];
  }

  box() {
    const icon = shape('ring');
    const name = el('span', {class: 'where'});
    const rate = el('span', {class: 'rate'});
    const word = el('span', {class: 'word'});
    const node = el('li', {}, icon, name, word, rate);
    return {node, update: item => {
      const [state, tone, shapeName] = this.look(item);
      setShape(icon, shapeName);
      text(name, this.nameOf(item));
      const percent = typeof item.percent === 'number' ? ` ${format.percent(item.percent)}` : '';
      text(word, state + percent);
      const commands = item.state === 'SNAPSHOT' ? '' : `${format.brief(item.commandsPerSecond)} cmd/s · `;
      text(rate, `${commands}${format.bytes(item.bytesPerSecond)}/s`);
      attribute(node, 'class', tone);
      attribute(node, 'title', item.problem || null);
    }};
  }

  update(items, deployment) {
    const troubled = items.filter(item => this.isTroubled(item));
    const others = items.filter(item => !this.isTroubled(item));
    const shown = items.length <= MOST ? items : [...troubled, ...others].slice(0, MOST);
    this.drawn = shown.map(item => ({tone: this.look(item)[1], moves: item.commandsPerSecond > 0 || item.bytesPerSecond > 0}));
    this.boxes.update(shown, item => item.name ?? this.nameOf(item));
    text(this.kind, side(deployment) + (items.length > shown.length ? ` · ${shown.length} of ${items.length}, all below` : ''));
  }

  isTroubled(item) {
    const tone = this.look(item)[1];
    return tone === 'bad' || tone === 'warn';
  }
}

/** Lines between a column of boxes, which share its height evenly, and the middle: a stretched picture, nothing is measured. */
class Lines {
  constructor(outwards) {
    this.outwards = outwards;
    this.node = svg('svg', {class: 'lines', viewBox: '0 0 100 100', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false'});
  }

  update(ends) {
    while (this.node.children.length > ends.length) {
      this.node.lastChild.remove();
    }
    ends.forEach((end, i) => {
      const line = this.node.children[i] ?? this.node.appendChild(svg('path', {fill: 'none', 'vector-effect': 'non-scaling-stroke'}));
      const y = (100 * (i + 0.5) / ends.length).toFixed(2);
      attribute(line, 'd', this.outwards ? `M0 50C50 50 50 ${y} 100 ${y}` : `M0 ${y}C50 ${y} 50 50 100 50`);
      attribute(line, 'class', `${end.tone} ${end.moves ? 'moves' : ''}`);
    });
  }
}
