// Whether what is shown is of this moment. Nothing old is ever shown as if it were new.

import {show, text} from './dom.js';
import * as format from './format.js';

const banner = document.getElementById('banner');
const pulse = document.getElementById('pulse');

/** A message has come. */
export function live(at) {
  show(banner, false);
  document.body.classList.remove('stale');
  pulse.className = 'pulse live';
  text(pulse, `live · ${format.clock(new Date(at).toISOString())}`);
}

/** None is expected. */
export function resting(words) {
  show(banner, false);
  document.body.classList.remove('stale');
  pulse.className = 'pulse';
  text(pulse, words);
}

/** None comes any more. The text says the moment, not how long ago: a message that changes each second is read out each second. */
export function lost(since) {
  const words = since === null
    ? 'No connection to Caravan. Trying again.'
    : `No connection since ${format.clock(new Date(since).toISOString())}, trying again. What is shown is of that moment.`;
  text(banner, words);
  show(banner, true);
  document.body.classList.add('stale');
  pulse.className = 'pulse lost';
  text(pulse, 'no connection');
}

export function isLost() {
  return document.body.classList.contains('stale');
}

/** Said to screen readers when they have a pause; for changes, not for numbers. */
export function say(words) {
  text(document.getElementById('said'), words);
}
