// What a state looks like, how grave it is, and what it means in a sentence.

import {svg} from './dom.js';
import * as format from './format.js';

/** tone: the colour. shape: the same for who sees no colours. rank: the worst first. */
const STATES = {
  'Failed': {tone: 'bad', shape: 'cross', rank: 0},
  'Precheck failed': {tone: 'bad', shape: 'cross', rank: 1},
  'Stopped': {tone: 'idle', shape: 'square', rank: 2},
  'Paused': {tone: 'warn', shape: 'bars', rank: 3},
  'Connecting': {tone: 'busy', shape: 'ring', rank: 4},
  'Prechecking': {tone: 'busy', shape: 'ring', rank: 5},
  'Initial synchronization': {tone: 'busy', shape: 'half', rank: 6},
  'Synchronizing': {tone: 'good', shape: 'disc', rank: 7},
};
const UNKNOWN = {tone: 'idle', shape: 'ring', rank: 2};

const SHAPES = {
  cross: 'M3 3l10 10M13 3L3 13',
  bars: 'M5 3v10M11 3v10',
  square: 'M3.5 3.5h9v9h-9z',
  ring: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11',
  half: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 2.5v11a5.5 5.5 0 0 0 0-11',
  disc: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11',
  triangle: 'M8 2L14.5 13.5H1.5zM8 6.5v3.5M8 11.8v.2',
  tick: 'M3 8.5l3.5 3.5L13 4.5',
  dash: 'M4 8h8',
};
const FILLED = new Set(['square', 'disc', 'half']); // of two halves that overlap the second stays empty: evenodd

export function look(state) {
  return STATES[state] ?? UNKNOWN;
}

/** A state that goes on well but has a problem is shown as a warning. */
export function tone(task) {
  const {tone} = look(task.state);
  return task.problem && (tone === 'good' || tone === 'busy') ? 'warn' : tone;
}

export function worst(tasks) {
  return [...tasks].sort((a, b) => rank(a) - rank(b) || (b.lag?.seconds ?? 0) - (a.lag?.seconds ?? 0))[0];
}

export function rank(task) {
  return look(task.state).rank - (task.problem ? 0.5 : 0);
}

/** A shape of 16 by 16; it says nothing to screen readers, a word stands beside it. */
export function shape(name) {
  const path = svg('path', {'fill-rule': 'evenodd'});
  const icon = svg('svg', {viewBox: '0 0 16 16', class: 'shape', 'aria-hidden': 'true', focusable: 'false'}, path);
  setShape(icon, name);
  return icon;
}

export function setShape(icon, name) {
  const path = icon.firstChild;
  if (icon.dataset.shape !== name) {
    icon.dataset.shape = name;
    path.setAttribute('d', SHAPES[name]);
    path.setAttribute('fill', FILLED.has(name) ? 'currentColor' : 'none');
  }
}

/** What the operator wants to know first, in one sentence. */
export function sentence(task) {
  const lag = task.lag ?? {};
  const behind = `${format.seconds(lag.seconds)}${typeof lag.bytes === 'number' ? ` (${format.bytes(lag.bytes)})` : ''} behind`;
  switch (task.state) {
    case 'Prechecking':
      return 'Both sides are being looked at. Nothing is copied yet.';
    case 'Precheck failed':
      return 'Nothing is copied. Mend what the precheck names below, then start the task again.';
    case 'Connecting':
      return 'The links to the source are being made.';
    case 'Initial synchronization':
      return initial(task);
    case 'Synchronizing':
      return lag.seconds < 1 ? `The destination follows the source, ${behind}.` : `The destination is ${behind} the source.`;
    case 'Paused':
      return `Nothing is applied to the destination, which is ${behind} the source. The link stays.`;
    case 'Failed':
      return 'Nothing is copied any more. Below is why, and what to do.';
    case 'Stopped':
      return 'No link to the source. The next start continues from the checkpoint.';
    default:
      return '';
  }
}

function initial(task) {
  if (task.percent === null || task.percent === undefined) {
    return 'The source prepares its snapshot.';
  }
  return `The snapshot is being copied: ${format.percent(task.percent)} done${end(task)}.`;
}

function end(task) {
  if (!task.estimatedEnd) {
    return ', the end cannot be estimated yet';
  }
  const left = (Date.parse(task.estimatedEnd) - format.now()) / 1000;
  return left > 0
    ? `, about ${format.duration(left)} left (until ${format.clock(task.estimatedEnd)})`
    : ', the end is near';
}

/** A badge: shape and word. */
export class Badge {
  constructor() {
    this.icon = shape('ring');
    this.word = document.createElement('span');
    this.node = document.createElement('span');
    this.node.append(this.icon, this.word);
  }

  update(word, toneName, shapeName) {
    if (this.word.textContent !== word) {
      this.word.textContent = word;
    }
    this.node.className = `badge ${toneName}`;
    setShape(this.icon, shapeName);
    return this;
  }

  state(task) {
    return this.update(task.state, tone(task), look(task.state).shape);
  }
}
