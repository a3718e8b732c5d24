// All tasks, the worst first.

import {el, Parts, show, text} from './dom.js';
import * as format from './format.js';
import {Bar, Figures, isMoving, Problem, side} from './parts.js';
import {Badge, rank, sentence, tone} from './states.js';

export class TaskList {
  constructor() {
    this.title = el('h1', {tabindex: '-1'}, 'Tasks');
    this.summary = el('p', {class: 'summary'});
    const list = el('ul', {class: 'tasks'});
    this.none = el('p', {class: 'notice', hidden: true},
      'No task is declared: no route of the folder routes/ begins with redis-replication:.');
    this.node = el('div', {class: 'view'}, this.title, this.summary, this.none, list);
    this.cards = new Parts(list, () => new Card());
  }

  heading() {
    return this.title;
  }

  update(tasks) {
    show(this.none, tasks.length === 0);
    const sorted = [...tasks].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
    const byState = new Map();
    sorted.forEach(task => byState.set(task.state, (byState.get(task.state) ?? 0) + 1));
    text(this.summary, [...byState].map(([state, many]) => `${many}\u00a0${state}`).join(' · '));
    show(this.summary, tasks.length > 1);
    this.cards.update(sorted, task => task.id);
  }

  close() {}
}

class Card {
  constructor() {
    this.name = el('a', {class: 'name'});
    this.badge = new Badge();
    this.since = el('time');
    this.age = el('span');
    this.way = el('p', {class: 'way'});
    this.sentence = el('p', {class: 'sentence'});
    this.bar = new Bar('initial synchronization');
    this.problem = new Problem();
    this.figures = new Figures();
    this.node = el('li', {class: 'card'},
      el('div', {class: 'head'}, el('h2', {}, this.name), this.badge.node,
        el('span', {class: 'faint since'}, 'since ', this.since, this.age)),
      this.way, this.sentence, this.bar.node, this.problem.node, this.figures.node);
    this.node.addEventListener('click', event => {
      // The whole card leads there; a selection of text does not.
      if (!event.target.closest('a, button') && String(getSelection()) === '') {
        this.name.click();
      }
    });
  }

  update(task) {
    text(this.name, task.name);
    const href = `#/tasks/${encodeURIComponent(task.id)}`;
    if (this.name.getAttribute('href') !== href) {
      this.name.setAttribute('href', href);
    }
    this.badge.state(task);
    format.timed(this.since, task.since);
    text(this.age, ` · ${format.age(task.since)}`);
    text(this.way, way(task));
    text(this.sentence, sentence(task));
    const copying = task.state === 'Initial synchronization' && typeof task.percent === 'number';
    show(this.bar.node, copying);
    if (copying) {
      this.bar.update(task.percent, format.percent(task.percent));
    }
    this.problem.update(task);
    show(this.figures.node, isMoving(task));
    this.figures.update(task);
    const className = `card ${tone(task)}`;
    if (this.node.className !== className) {
      this.node.className = className;
    }
  }
}

/** Which one, as names need not be unique; where from and where to. */
export function way(task) {
  const one = deployment => `${(deployment?.nodes ?? '?').replaceAll(',', ', ')}${side(deployment) ? ` (${side(deployment)})` : ''}`;
  return `${task.id} · ${one(task.source)} → ${one(task.destination)}`;
}
