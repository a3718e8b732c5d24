// One task: #/tasks/ID.

import {Actions} from './actions.js';
import {Chart} from './chart.js';
import {CutoverView} from './cutover.js';
import {attribute, el, show, text} from './dom.js';
import {Flow} from './flow.js';
import * as format from './format.js';
import {LimitsView} from './limits.js';
import {way} from './list.js';
import {Bar, Figures, isMoving, Problem} from './parts.js';
import {EventsView, PrecheckView, VerificationView} from './reports.js';
import * as samples from './samples.js';
import {Badge, sentence, tone} from './states.js';
import {nodeTable, shardTable} from './tables.js';

export class TaskDetail {
  constructor(id) {
    this.id = id;
    this.build();
    this.place(false);
  }

  build() {
    this.title = el('h1', {tabindex: '-1'});
    this.badge = new Badge();
    this.since = el('time');
    this.age = el('span');
    this.sentence = el('p', {class: 'sentence'});
    this.way = el('p', {class: 'way'});
    this.stale = el('p', {class: 'sentence', hidden: true});
    this.bar = new Bar('initial synchronization');
    this.problem = new Problem();
    this.actions = new Actions();
    this.head = el('div', {class: 'card'},
      el('div', {class: 'head'}, this.title, this.badge.node, el('span', {class: 'faint since'}, 'since ', this.since, this.age)),
      this.sentence, this.stale, this.bar.node, this.problem.node, this.way, this.actions.node);
    this.cutover = new CutoverView();
    this.cutoverSection = section('Cutover', 'cutover', this.cutover.node);
    this.figures = new Figures();
    this.lag = new Chart(LAG);
    this.commands = new Chart(COMMANDS);
    this.keys = new Chart(KEYS);
    this.charts = section('The last minutes', 'charts', el('div', {class: 'pair'}, this.lag.node, this.commands.node, this.keys.node));
    this.flow = new Flow();
    this.picture = section('Flow', 'picture', this.flow.node);
    this.shards = shardTable();
    this.shardSection = section('Shards of the source', 'shards', this.shards.node);
    this.nodes = nodeTable();
    this.nodeSection = section('Nodes of the destination', 'nodes', this.nodes.node);
    this.limits = new LimitsView(button => this.actions.open('limits', button));
    this.limitSection = section('Limits', 'limits', this.limits.node);
    this.precheck = new PrecheckView();
    this.precheckSection = section('Precheck', 'precheck', this.precheck.node);
    this.verification = new VerificationView();
    this.verificationSection = section('Verification', 'verification', this.verification.node);
    this.events = new EventsView();
    this.eventSection = section('Events', 'happened', this.events.node);
    this.gone = el('p', {class: 'notice', hidden: true}, 'There is no such task in this process (any more).');
    this.body = el('div', {class: 'body', hidden: true});
    this.node = el('div', {class: 'view'}, el('p', {class: 'back'}, el('a', {href: '#/'}, '← All tasks')), this.gone, this.body,
      this.actions.dialog.node);
  }

  /** A precheck that failed, or runs, is what matters: it stands first. */
  place(precheckFirst) {
    if (this.precheckFirst === precheckFirst) {
      return;
    }
    this.precheckFirst = precheckFirst;
    const reports = [this.precheckSection, this.verificationSection];
    const rest = [this.figures.node, this.charts, this.picture, this.shardSection, this.nodeSection, this.limitSection];
    this.body.append(this.head, this.cutoverSection, ...(precheckFirst ? [reports[0], ...rest, reports[1]] : [...rest, ...reports]), this.eventSection);
  }

  heading() {
    return this.title;
  }

  /** The task is not there. */
  missing() {
    show(this.gone, true);
    show(this.body, false);
  }

  update(task) {
    show(this.gone, false);
    show(this.body, true);
    this.updateHead(task);
    const moving = isMoving(task);
    for (const node of [this.figures.node, this.charts, this.picture, this.shardSection]) {
      show(node, moving);
    }
    show(this.nodeSection, (task.nodes ?? []).length > 0);
    show(this.limitSection, moving && task.limits);
    this.limits.update(task);
    this.place(task.state === 'Precheck failed' || task.state === 'Prechecking');
    if (moving) {
      this.figures.update(task);
      const seen = samples.of(task.id);
      this.lag.update(seen);
      const copying = task.state === 'Initial synchronization';
      show(this.keys.node, copying);
      show(this.commands.node, !copying);
      (copying ? this.keys : this.commands).update(seen);
      this.flow.update(task);
    }
    this.shards.update(task.shards ?? [], shard => shard.name);
    this.nodes.update(task.nodes ?? [], node => node.address);
    if (task.events) {
      show(this.cutoverSection, task.cutover);
      this.cutover.update(task.cutover);
      this.precheck.update(task.precheckReport);
      this.verification.update(task.verification);
      this.events.update(task.events);
    }
  }

  updateHead(task) {
    text(this.title, task.name);
    attribute(this.title, 'title', task.id);
    this.badge.state(task);
    format.timed(this.since, task.since);
    text(this.age, ` · ${format.age(task.since)}`);
    text(this.sentence, sentence(task));
    text(this.way, way(task));
    show(this.stale, task.staleSlots > 0);
    text(this.stale, task.staleSlots > 0
      ? `Keys of ${format.counted(task.staleSlots, 'slot')} are being put right at the destination; what the lag says leaves them out.` : '');
    const copying = task.state === 'Initial synchronization' && typeof task.percent === 'number';
    show(this.bar.node, copying);
    if (copying) {
      this.bar.update(task.percent, format.percent(task.percent));
    }
    this.problem.update(task);
    this.actions.update(task);
    attribute(this.head, 'class', `card ${tone(task)}`);
  }

  close() {
    this.lag.widths.disconnect();
    this.commands.widths.disconnect();
    this.keys.widths.disconnect();
  }
}

/** 4, 8, 20, 40, 80, 200 … */
function decades(most) {
  const tops = [4, 8];
  for (let power = 10; power <= most; power *= 10) {
    tops.push(2 * power, 4 * power, 8 * power);
  }
  return tops;
}

const LAG = {
  name: 'Lag',
  series: 'lag',
  valueOf: sample => sample.lagSeconds,
  axis: value => value < 60 ? `${Number(value.toFixed(2))} s` : value < 3600 ? `${Number((value / 60).toFixed(1))} min`
    : `${Number((value / 3600).toFixed(1))} h`,
  told: sample => `${format.seconds(sample.lagSeconds)} · ${format.bytes(sample.lagBytes)}`,
  tops: [1, 2, 4, 8, 20, 40, 80, 120, 240, 480, 1200, 2400, 7200, 14_400, 28_800, 86_400, 172_800, 864_000],
};

const COMMANDS = {
  name: 'Commands per second',
  series: 'commands',
  valueOf: sample => sample.commands,
  axis: format.scaled,
  told: sample => `${format.brief(sample.commands)}/s · ${format.bytes(sample.bytes)}/s`,
  tops: decades(1e9),
};

/** In place of the commands, of which a snapshot has none. */
const KEYS = {
  name: 'Keys per second',
  series: 'commands',
  valueOf: sample => sample.keys,
  axis: format.scaled,
  told: sample => `${format.brief(sample.keys)}/s · ${format.bytes(sample.bytes)}/s`,
  tops: decades(1e9),
};

function section(title, id, ...content) {
  return el('section', {class: 'part', 'aria-labelledby': `h-${id}`}, el('h2', {id: `h-${id}`}, title), ...content);
}
