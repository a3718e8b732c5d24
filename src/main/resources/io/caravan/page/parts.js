// Pieces that the list and the page of a task have in common.

import {attribute, el, show, text} from './dom.js';
import * as format from './format.js';

/** A figure with its name and what it means below. */
export class Tile {
  constructor(name, kind = '') {
    this.name = el('dt', {}, name);
    this.value = el('dd', {class: 'figure'});
    this.note = el('dd', {class: 'note'});
    this.node = el('div', {class: `tile ${kind}`}, this.name, this.value, this.note);
  }

  update(value, note = '') {
    text(this.value, value);
    text(this.note, note);
  }
}

/** A bar with its value in words; without one, nothing. */
export class Bar {
  constructor(name) {
    this.fill = el('div', {class: 'fill'});
    this.node = el('div', {class: 'bar', role: 'progressbar', 'aria-label': name, 'aria-valuemin': '0', 'aria-valuemax': '100'}, this.fill);
  }

  /** @param share 0 to 100 */
  update(share, words) {
    const width = `${Math.min(100, Math.max(0, share)).toFixed(1)}%`;
    if (this.fill.style.width !== width) {
      this.fill.style.width = width;
    }
    attribute(this.node, 'aria-valuenow', Math.floor(share));
    attribute(this.node, 'aria-valuetext', words);
  }
}

/** What to do; nothing is shown if there is nothing. */
export class Remedy {
  constructor() {
    this.words = el('span');
    this.node = el('p', {class: 'remedy'}, el('strong', {}, 'What to do: '), this.words);
  }

  update(remedy) {
    show(this.node, remedy);
    text(this.words, remedy ?? '');
  }
}

/** What is wrong and what to do about it. */
export class Problem {
  constructor() {
    this.cause = el('p', {class: 'cause'});
    this.remedy = new Remedy();
    this.node = el('div', {class: 'problem', hidden: true}, this.cause, this.remedy.node);
  }

  update(task) {
    show(this.node, task.problem);
    text(this.cause, task.problem);
    this.remedy.update(task.remedy);
    attribute(this.node, 'class', `problem ${task.state.includes('ailed') ? 'bad' : 'warn'}`);
  }
}

/** Lag, speed, spool: the same four everywhere. */
export class Figures {
  constructor() {
    this.lag = new Tile('Lag');
    this.speed = new Tile('Commands');
    this.data = new Tile('Data');
    this.spool = new Tile('Spool');
    this.node = el('dl', {class: 'tiles'}, this.lag.node, this.speed.node, this.data.node, this.spool.node);
  }

  update(task) {
    const {lag = {}, rates = {}, totals = {}} = task;
    this.lag.update(format.seconds(lag.seconds), missing(lag.bytes, lag.heartbeatSeconds));
    if (task.state === 'Initial synchronization' && rates.keys > 0) {
      text(this.speed.name, 'Keys');
      this.speed.update(`${format.brief(rates.keys)}/s`, `${format.count(totals.keys)} in all`);
    } else {
      text(this.speed.name, 'Commands');
      this.speed.update(`${format.brief(rates.commands)}/s`, `${format.count(totals.commands)} in all`);
    }
    this.data.update(`${format.bytes(rates.bytes)}/s`, `${format.bytes(totals.bytes)} in all`);
    if (task.spoolLimit > 0) {
      this.spool.update(format.bytes(task.spooledBytes), `of ${format.bytes(task.spoolLimit)}`);
    } else {
      this.spool.update('none', 'memory alone');
    }
  }
}

/** What the destination lacks, and how long a heartbeat took to get there, as far as either is known. */
export function missing(bytes, heartbeatSeconds) {
  const beat = typeof heartbeatSeconds === 'number' ? ` · heartbeat ${format.seconds(heartbeatSeconds)}` : '';
  return `${format.bytes(bytes)}${beat}`;
}

/** redis 7.0.15 cluster, or what of it is known. */
export function side(deployment = {}) {
  return [deployment.kind, deployment.version].filter(Boolean).join(' ');
}

/** Whether figures of the data path mean something in this state. */
export function isMoving(task) {
  return (task.shards ?? []).length > 0 && task.state !== 'Prechecking' && task.state !== 'Precheck failed';
}
