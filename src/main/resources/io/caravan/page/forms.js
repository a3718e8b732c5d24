// What the dialogs ask for: each form has its fields, what is wrong with them in words, and the query that they make.

import {attribute, el} from './dom.js';

/** How a comparison is to be done. */
export class VerifyForm {
  constructor() {
    this.first = el('select', {id: 'mode'},
      el('option', {value: 'FULL'}, 'every key'),
      el('option', {value: 'SAMPLE'}, 'a sample of 10,000 keys'),
      el('option', {value: 'COUNT'}, 'only how many keys there are'));
    this.rate = number('rate', 0);
    this.repair = el('input', {id: 'repair', type: 'checkbox'});
    this.node = el('div', {class: 'fields'},
      el('label', {for: 'mode'}, 'Compare'), this.first,
      el('label', {for: 'rate'}, 'Keys a second, at most'), el('span', {}, this.rate, el('small', {}, '0: as many as they give')),
      el('label', {class: 'tick'}, this.repair, 'Repair: read keys that differ again at the source'));
  }

  wrong() {
    return outside(this.rate, 'Keys a second', 0, 999_999_999);
  }

  query() {
    return query({mode: this.first.value, rate: this.rate.value, repair: String(this.repair.checked)});
  }
}

/** How a migration is to be ended. */
export class CutoverForm {
  constructor() {
    this.first = el('input', {id: 'hold', type: 'checkbox', onchange: () => this.changed()});
    this.seconds = number('seconds', 20);
    this.verify = el('input', {id: 'compare', type: 'checkbox'});
    this.verify.checked = true;
    this.node = el('div', {class: 'fields'},
      el('label', {class: 'tick'}, this.first, 'Have the source hold its clients’ writes back (Redis 6.2 and later)'),
      el('label', {for: 'seconds'}, 'Seconds at a time'),
      el('span', {}, this.seconds, el('small', {}, 'again before they are over, as long as it takes')),
      el('label', {class: 'tick'}, this.verify, 'Compare both sides, key by key, before the task is stopped'));
    this.changed();
  }

  changed() {
    attribute(this.seconds, 'disabled', !this.first.checked);
  }

  wrong() {
    return this.first.checked ? outside(this.seconds, 'Seconds at a time', 1, 600) : null;
  }

  query() {
    return query({pauseWrites: this.first.checked ? this.seconds.value : '0', verify: String(this.verify.checked)});
  }
}

const UNITS = [['GB/s', 1024 ** 3], ['MB/s', 1024 ** 2], ['KB/s', 1024], ['bytes/s', 1]];

/** How much the task may ask of both sides; what is left as it is is not sent. */
export class LimitsForm {
  constructor(task) {
    const {sourceBytesPerSecond = 0, snapshotKeysPerSecond = 0, commandsPerSecond = 0} = task.limits ?? {};
    const [unit, factor] = UNITS.find(([, size]) => sourceBytesPerSecond > 0 && sourceBytesPerSecond % size === 0) ?? UNITS[1];
    this.first = number('bytes', sourceBytesPerSecond / factor);
    this.unit = el('select', {id: 'unit', 'aria-label': 'Unit'},
      ...UNITS.map(([name, size]) => el('option', {value: size, selected: name === unit}, name)));
    this.keys = number('keys', snapshotKeysPerSecond);
    this.commands = number('commands', commandsPerSecond);
    this.before = this.values();
    this.node = el('div', {class: 'fields'},
      el('label', {for: 'bytes'}, 'Data from the source'), el('span', {}, this.first, this.unit),
      el('label', {for: 'keys'}, 'Keys of snapshots'), el('span', {}, this.keys, el('small', {}, 'keys/s')),
      el('label', {for: 'commands'}, 'Commands to the destination'), el('span', {}, this.commands, el('small', {}, 'commands/s')));
  }

  wrong() {
    return outside(this.first, 'Data from the source', 0, 999_999_999)
      ?? outside(this.keys, 'Keys of snapshots', 0, 999_999_999)
      ?? outside(this.commands, 'Commands to the destination', 0, 999_999_999);
  }

  values() {
    return {
      sourceBytesPerSecond: String(Number(this.first.value) * Number(this.unit.value)),
      snapshotKeysPerSecond: this.keys.value,
      commandsPerSecond: this.commands.value,
    };
  }

  query() {
    return query(Object.fromEntries(Object.entries(this.values()).filter(([name, value]) => this.before[name] !== value)));
  }
}

function number(id, value) {
  return el('input', {id, type: 'number', min: '0', step: '1', value, inputmode: 'numeric', 'aria-describedby': 'refused',
    oninput: event => attribute(event.target, 'aria-invalid', null)});
}

/** What is wrong with a number, and where: {words, field}; null if nothing is. What is no number at all has no value. */
function outside(field, name, least, most) {
  const given = field.value.trim();
  if (/^\d+$/.test(given) && Number(given) >= least && Number(given) <= most) {
    return null;
  }
  attribute(field, 'aria-invalid', 'true');
  const none = least === 0 ? '; 0 is no limit' : '';
  return {field, words: `${name}: a whole number from ${least} to ${most.toLocaleString('en-US')} is wanted${none}.`};
}

function query(values) {
  return `?${new URLSearchParams(values)}`;
}
