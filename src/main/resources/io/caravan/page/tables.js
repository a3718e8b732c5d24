// Shards and nodes, a row each. On a narrow screen a row becomes a block with the column's name before each value.

import {attribute, el, Parts, text} from './dom.js';
import * as format from './format.js';
import {missing} from './parts.js';
import {Badge} from './states.js';

const SHARD_STATES = {
  CONNECTING: ['connecting', 'busy', 'ring'],
  WAITING_FOR_SNAPSHOT: ['awaits snapshot', 'busy', 'ring'],
  SNAPSHOT: ['snapshot', 'busy', 'half'],
  STREAMING: ['streaming', 'good', 'disc'],
  FAILED: ['failed', 'bad', 'cross'],
  STOPPED: ['stopped', 'idle', 'square'],
};

/** [word, tone, shape] of a shard. */
export function shardLook(shard) {
  const [word, tone, shape] = SHARD_STATES[shard.state] ?? [String(shard.state).toLowerCase(), 'idle', 'ring'];
  return shard.problem && tone !== 'bad' ? [word, 'warn', 'triangle'] : [word, tone, shape];
}

export function nodeLook(node) {
  if (node.problem || node.state !== 'connected') {
    return [node.state, node.state === 'connected' ? 'warn' : 'bad', 'triangle'];
  }
  return [node.state, 'good', 'disc'];
}

class Table {
  /** columns: [heading, value of an item, class]; the first is the row's name, the second its badge. */
  constructor(caption, columns, look) {
    this.look = look;
    this.columns = columns;
    const body = el('tbody', {role: 'rowgroup'});
    // Roles are said in full: a table that is shown as blocks would not be one for screen readers.
    this.node = el('div', {class: 'scroll'}, el('table', {role: 'table'},
      el('caption', {class: 'unseen'}, caption),
      el('thead', {role: 'rowgroup'}, el('tr', {role: 'row'},
        ...columns.map(([heading, , kind]) => el('th', {scope: 'col', role: 'columnheader', class: kind}, heading)))),
      body));
    this.rows = new Parts(body, () => this.row());
  }

  row() {
    const badge = new Badge();
    const problem = el('span', {class: 'trouble'});
    const cells = this.columns.map(([heading, , kind], i) => i === 0
      ? el('th', {scope: 'row', role: 'rowheader', class: kind})
      : el('td', {role: 'cell', class: kind, 'data-heading': heading}));
    cells[1].append(badge.node, problem);
    const node = el('tr', {role: 'row'}, ...cells);
    return {node, update: item => {
      this.columns.forEach(([, value], i) => i !== 1 && text(cells[i], value(item)));
      const [word, tone, shape] = this.look(item);
      badge.update(this.columns[1][1](item, word), tone, shape);
      text(problem, item.problem ?? '');
      attribute(node, 'class', tone === 'bad' || tone === 'warn' ? tone : null);
    }};
  }

  update(items, keyOf) {
    this.rows.update(items, keyOf);
  }
}

export function shardTable() {
  return new Table('Shards of the source', [
    ['Shard', shard => `${shard.node || shard.name}${shard.master && shard.master !== shard.node ? ' (replica)' : ''}`, 'where'],
    ['State', (shard, word) => typeof shard.percent === 'number' ? `${word} ${format.percent(shard.percent)}` : word, 'state'],
    ['Lag', shard => `${format.seconds(shard.lagSeconds)} · ${missing(shard.lagBytes, shard.heartbeatSeconds)}`, 'number long'],
    ['Commands/s', shard => format.brief(shard.commandsPerSecond), 'number'],
    ['Data/s', shard => format.bytes(shard.bytesPerSecond), 'number'],
    ['Keys', shard => format.count(shard.keys), 'number'],
    ['Spool', shard => format.bytes(shard.spooledBytes), 'number'],
    ['Offset applied', shard => format.count(shard.appliedOffset < 0 ? null : shard.appliedOffset), 'number long'],
  ], shardLook);
}

export function nodeTable() {
  return new Table('Nodes of the destination', [
    ['Node', node => node.address, 'where'],
    ['State', (node, word) => word, 'state'],
    ['Slots', node => format.count(node.slots), 'number'],
    ['Commands/s', node => format.brief(node.commandsPerSecond), 'number'],
    ['Data/s', node => format.bytes(node.bytesPerSecond), 'number'],
    ['Errors', node => format.count(node.errors), 'number'],
  ], nodeLook);
}
