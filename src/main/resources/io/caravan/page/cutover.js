// The end of a migration: what is being done, and what came of it.

import {attribute, el, Parts, show, text} from './dom.js';
import * as format from './format.js';
import {Badge, setShape, shape} from './states.js';

export class CutoverView {
  constructor() {
    this.badge = new Badge();
    this.words = el('span');
    this.time = el('time');
    this.until = el('time');
    this.dash = el('span', {}, ' – ');
    const list = el('ol', {class: 'steps', 'aria-live': 'polite'});
    this.result = el('p', {role: 'status'});
    this.node = el('div', {class: 'cutover'},
      el('p', {class: 'verdict'}, this.badge.node, this.words, el('span', {class: 'faint'}, this.time, this.dash, this.until)),
      list, this.result);
    this.steps = new Parts(list, () => step());
  }

  update(cutover) {
    if (!cutover) {
      return;
    }
    const {running, done, steps = [], result} = cutover;
    this.badge.update(...(running ? ['going on', 'busy', 'half'] : done ? ['done', 'good', 'tick'] : ['not done', 'bad', 'cross']));
    show(this.words, !done); // the result says it
    text(this.words, running ? 'The task goes on meanwhile.' : 'The task goes on.');
    format.timed(this.time, cutover.begun);
    show(this.dash, cutover.ended);
    show(this.until, cutover.ended);
    format.timed(this.until, cutover.ended);
    const last = steps.length - 1;
    this.steps.update(steps.map((each, i) => ({...each, key: i, look: i < last || done ? 'tick' : running ? 'half' : 'dash'})),
      each => each.key);
    show(this.result, result);
    text(this.result, (result ?? '').replaceAll(/(:\d+),(?=\S)/g, '$1, ')); // a list of addresses may go on in the next line
    attribute(this.result, 'class', `problem ${done ? 'well' : 'bad'}`);
  }
}

const TONES = {tick: 'good', half: 'busy', dash: 'idle'};

function step() {
  const icon = shape('half');
  const words = el('span', {class: 'words'});
  const time = el('time');
  const node = el('li', {}, icon, words, time);
  return {node, update: each => {
    setShape(icon, each.look);
    attribute(node, 'class', TONES[each.look]);
    text(words, each.text);
    format.timed(time, each.time);
  }};
}
