// How much a task may ask of both sides, and the button that changes it.

import {el, show} from './dom.js';
import * as format from './format.js';
import {Tile} from './parts.js';

export class LimitsView {
  /** change: opens the dialog, and is told the button that asked for it. */
  constructor(change) {
    this.source = new Tile('Data from the source');
    this.keys = new Tile('Keys of snapshots');
    this.commands = new Tile('Commands to the destination');
    this.button = el('button', {type: 'button', 'data-action': 'limits'}, 'Change limits');
    this.button.addEventListener('click', () => change(this.button));
    this.node = el('div', {class: 'limits'},
      el('dl', {class: 'tiles three'}, this.source.node, this.keys.node, this.commands.node),
      el('div', {class: 'buttons'}, this.button));
  }

  update(task) {
    const {limits, rates = {}} = task;
    show(this.node, limits);
    if (limits) {
      this.source.update(limited(limits.sourceBytesPerSecond, format.bytes), 'snapshot and stream');
      this.keys.update(limited(limits.snapshotKeysPerSecond, format.brief), `now ${format.brief(rates.keys)}/s`);
      this.commands.update(limited(limits.commandsPerSecond, format.brief), `now ${format.brief(rates.commands)}/s`);
    }
  }
}

function limited(most, words) {
  return most > 0 ? `${words(most)}/s` : 'no limit';
}
