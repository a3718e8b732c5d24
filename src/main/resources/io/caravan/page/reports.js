// What the precheck, the comparison and the history of a task have to say.

import {attribute, el, Parts, show, text} from './dom.js';
import * as format from './format.js';
import {Bar, Remedy} from './parts.js';
import {Badge} from './states.js';

const OUTCOMES = {failed: ['bad', 'cross'], warning: ['warn', 'triangle'], passed: ['good', 'tick'], skipped: ['idle', 'dash']};
const VERDICTS = {failed: 'failed', warning: 'passed, with warnings', passed: 'passed', skipped: 'nothing was looked at'};
const GRAVEST_FIRST = ['failed', 'warning', 'skipped', 'passed'];
const FEW_EVENTS = 15;
const EVENT_TONES = {problem: 'bad', action: 'busy'};

export class PrecheckView {
  constructor() {
    this.badge = new Badge();
    this.summary = el('span');
    this.time = el('time');
    const list = el('ul', {class: 'items'});
    const passed = el('ul', {class: 'items'});
    this.count = el('summary');
    this.passed = el('details', {}, this.count, passed);
    this.body = el('div', {}, el('p', {class: 'verdict'}, this.badge.node, this.summary, el('span', {class: 'faint'}, this.time)),
      list, this.passed);
    this.none = el('p', {class: 'faint'}, 'There was no precheck since the process started.');
    this.node = el('div', {class: 'precheck'}, this.none, this.body);
    this.items = new Parts(list, () => new PrecheckItem());
    this.quiet = new Parts(passed, () => new PrecheckItem());
  }

  update(report) {
    show(this.none, !report);
    show(this.body, report);
    if (!report) {
      return;
    }
    const items = report.items ?? [];
    const those = outcome => items.filter(item => item.outcome === outcome);
    this.badge.update(VERDICTS[report.outcome] ?? report.outcome, ...(OUTCOMES[report.outcome] ?? OUTCOMES.skipped));
    const numbers = GRAVEST_FIRST.map(outcome => [those(outcome).length, outcome]).filter(([many]) => many > 0);
    text(this.summary, numbers.map(([many, outcome]) => `${many} ${outcome}`).join(' · '));
    format.timed(this.time, report.time);
    this.items.update([...those('failed'), ...those('warning')], item => item.name);
    const others = [...those('skipped'), ...those('passed')];
    show(this.passed, others.length > 0);
    text(this.count, `${format.counted(others.length, 'item')} without a finding`);
    this.quiet.update(others, item => item.name);
  }
}

class PrecheckItem {
  constructor() {
    this.badge = new Badge();
    this.name = el('h3');
    this.summary = el('p');
    const findings = el('ul', {class: 'findings'});
    this.node = el('li', {}, el('div', {class: 'head'}, this.badge.node, this.name), this.summary, findings);
    this.findings = new Parts(findings, () => finding());
  }

  update(item) {
    this.badge.update(item.outcome, ...(OUTCOMES[item.outcome] ?? OUTCOMES.skipped));
    text(this.name, item.name);
    text(this.summary, item.summary ?? '');
    show(this.summary, item.summary);
    this.findings.update((item.findings ?? []).map((each, i) => ({...each, key: i})), each => each.key);
  }
}

function finding() {
  const cause = el('p', {class: 'cause'});
  const remedy = new Remedy();
  return {node: el('li', {}, cause, remedy.node), update: each => {
    text(cause, !each.node || each.cause.includes(each.node) ? each.cause : `${each.node}: ${each.cause}`);
    remedy.update(each.remedy);
  }};
}

export class VerificationView {
  constructor() {
    this.badge = new Badge();
    this.words = el('span');
    this.time = el('time');
    this.bar = new Bar('keys compared');
    this.problem = el('p', {class: 'problem bad'});
    const body = el('tbody', {role: 'rowgroup'});
    this.table = el('div', {class: 'scroll'}, el('table', {class: 'differences', role: 'table'},
      el('caption', {}, 'The first keys that differ'),
      el('thead', {role: 'rowgroup'}, el('tr', {role: 'row'},
        ...['Key', 'What', 'In words'].map(each => el('th', {scope: 'col', role: 'columnheader'}, each)))),
      body));
    this.undecided = el('p', {class: 'faint'});
    this.none = el('p', {class: 'faint'}, 'Both sides were not compared since the process started.');
    this.body = el('div', {}, el('p', {class: 'verdict'}, this.badge.node, this.words, el('span', {class: 'faint'}, this.time)),
      this.bar.node, this.problem, this.table, this.undecided);
    this.node = el('div', {}, this.none, this.body);
    this.differences = new Parts(body, () => difference());
  }

  update(verification) {
    show(this.none, !verification);
    show(this.body, verification);
    if (!verification) {
      return;
    }
    const {report, running, problem} = verification;
    this.badge.update(...verdict(verification));
    text(this.words, running ? progress(verification) : report ? result(report) : '');
    format.timed(this.time, verification.begun);
    show(this.bar.node, running && verification.expected > 0);
    this.bar.update(100 * verification.compared / Math.max(1, verification.expected), progress(verification));
    show(this.problem, problem);
    text(this.problem, problem ?? '');
    const found = running ? [] : report?.differences ?? [];
    show(this.table, found.length > 0);
    this.differences.update(found, each => `${each.database} ${each.kind} ${each.key}`);
    const reasons = running ? [] : report?.reasons ?? [];
    show(this.undecided, reasons.length > 0);
    text(this.undecided, reasons.length ? `Not to be judged: ${reasons.slice(0, 5).join('; ')}` : '');
  }
}

function verdict({running, report, problem}) {
  if (running) {
    return ['comparing', 'busy', 'half'];
  }
  if (problem || !report) {
    return ['ended early', 'bad', 'cross'];
  }
  return report.equal ? ['equal', 'good', 'tick'] : ['different', 'bad', 'cross'];
}

function progress({compared, expected}) {
  return `${format.count(compared)} of about ${format.counted(expected, 'key')} compared`;
}

function result(report) {
  if (report.mode === 'COUNT') {
    return `${format.count(report.sourceKeys)} keys at the source, ${format.count(report.destinationKeys)} at the destination`;
  }
  const parts = [`${format.counted(report.compared, 'key')} compared in ${format.duration(report.tookMillis / 1000)}`];
  const more = [
    ['different', 'different'],
    ['repaired', 'repaired'],
    ['undecided', 'not to be judged'],
    ['ofOthers', 'only at the destination, where other tasks write, too'],
  ];
  for (const [field, word] of more) {
    if (report[field] > 0) {
      parts.push(`${format.count(report[field])} ${word}`);
    }
  }
  return parts.join(' · ');
}

function difference() {
  const key = el('th', {scope: 'row', role: 'rowheader', class: 'key'});
  const kind = el('td', {role: 'cell', 'data-heading': 'What'});
  const detail = el('td', {role: 'cell', class: 'long', 'data-heading': 'In words'});
  return {node: el('tr', {role: 'row'}, key, kind, detail), update: each => {
    text(key, each.database ? `${each.key} (database ${each.database})` : each.key);
    text(kind, each.kind);
    text(detail, each.detail);
  }};
}

export class EventsView {
  constructor() {
    const list = el('ol', {class: 'events'});
    this.none = el('p', {class: 'faint'}, 'Nothing has happened yet.');
    this.more = el('button', {type: 'button', onclick: () => this.showAll()});
    this.node = el('div', {}, this.none, list, this.more);
    this.most = FEW_EVENTS;
    this.events = new Parts(list, () => eventLine());
  }

  /** The newest on top. Two may have everything in common but their place. */
  update(events = []) {
    show(this.none, events.length === 0);
    const seen = new Map();
    const keyed = events.map(event => {
      const name = `${event.time} ${event.kind} ${event.text}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
      return {...event, key: `${name} ${seen.get(name)}`};
    });
    keyed.reverse();
    this.events.update(keyed.slice(0, this.most), event => event.key);
    show(this.more, keyed.length > this.most);
    text(this.more, `Show all ${keyed.length} events`);
    this.last = events;
  }

  showAll() {
    const first = this.node.querySelectorAll('li').length;
    this.most = Infinity;
    this.update(this.last);
    // The button is gone: whoever uses the keyboard goes on where the list has become longer.
    const next = this.node.querySelectorAll('li')[first];
    attribute(next, 'tabindex', '-1');
    next.focus();
  }
}

function eventLine() {
  const time = el('time');
  const kind = el('span', {class: 'kind'});
  const words = el('span', {class: 'words'});
  const node = el('li', {}, time, kind, words);
  return {node, update: event => {
    format.timed(time, event.time);
    text(kind, event.kind);
    text(words, event.text);
    attribute(node, 'class', EVENT_TONES[event.kind] ?? 'idle');
  }};
}
