// Where it starts: which view the address asks for, the stream that feeds it, and the title of the window.

import {get, Stream} from './api.js';
import * as banner from './banner.js';
import {TaskDetail} from './detail.js';
import {text} from './dom.js';
import * as format from './format.js';
import {TaskList} from './list.js';
import {Login} from './login.js';
import * as samples from './samples.js';
import {worst} from './states.js';

/** The page of one task has a stream of that task: the others are asked for now and then, for the title. */
const OTHERS_MILLIS = 5_000;

const main = document.getElementById('main');
const scrolled = new Map();

let tasks = new Map();
let view = null;
let stream = null;
/** The task whose own stream is open, if it is one's. */
let followed = null;
let route = '';
let heardAt = null;
let waiting = null;

function idOf(address) {
  const match = /^#\/tasks\/([^/]+)$/.exec(address);
  return match ? decodeURIComponent(match[1]) : null;
}

function go() {
  const first = view === null;
  scrolled.set(route, scrollY);
  route = location.hash || '#/';
  const id = idOf(route);
  open(id ? new TaskDetail(id) : new TaskList());
  connect(id);
  paint();
  if (!first) {
    view.heading().focus({preventScroll: true});
  }
  scrollTo(0, id ? 0 : scrolled.get(route) ?? 0);
}

function open(next) {
  view?.close();
  view = next;
  main.replaceChildren(view.node);
}

function connect(id) {
  stream?.close();
  followed = id;
  stream = new Stream(id === null ? 'api/stream' : `api/stream?task=${encodeURIComponent(id)}`, {
    heard: data => hear(data),
    lost: at => banner.lost(at ?? heardAt),
    refused: () => login(),
  });
}

function login() {
  stream?.close();
  stream = null;
  followed = null;
  banner.resting('not logged in');
  open(new Login(() => go()));
  document.title = 'Log in – Caravan';
  view.heading().focus();
}

function hear(data) {
  if (banner.isLost() && heardAt !== null) {
    banner.say('Connected again.');
  }
  heardAt = Date.now();
  banner.live(heardAt);
  if (data.tasks) {
    all(data);
  } else {
    tell(data);
    tasks.set(data.id, data);
    samples.remember(data);
  }
  entitle();
  paintSoon();
}

/** The list, by the stream or asked for. What the stream of one task has said of it is more. */
function all(data) {
  format.setServerTime(data.time);
  text(document.getElementById('version'), data.version);
  const next = new Map(data.tasks.map(task => [task.id, task.id === followed ? tasks.get(followed) ?? task : task]));
  for (const task of next.values()) {
    if (task.id !== followed) {
      tell(task);
      samples.remember(task);
    }
  }
  samples.keepOnly(new Set(next.keys()));
  tasks = next;
}

/** Changes, for who listens instead of looking. */
function tell(task) {
  const before = tasks.get(task.id);
  if (before && (before.state !== task.state || before.problem !== task.problem)) {
    banner.say(`${task.name}: ${task.state}${task.problem ? `. ${task.problem}` : ''}`);
  }
}

function entitle() {
  const gravest = worst(tasks.values());
  const lag = gravest && typeof gravest.lag?.seconds === 'number' && gravest.shards?.length
    ? ` · ${format.seconds(gravest.lag.seconds)}` : '';
  const percent = gravest?.state === 'Initial synchronization' && typeof gravest.percent === 'number'
    ? ` ${format.percent(gravest.percent)}` : '';
  document.title = gravest ? `${gravest.state}${percent || lag} – ${gravest.name} – Caravan` : 'Caravan';
}

/** At most once for each frame; a page that nobody sees is not painted at all. */
function paintSoon() {
  waiting ??= requestAnimationFrame(() => {
    waiting = null;
    paint();
  });
}

function paint() {
  if (view instanceof TaskList && heardAt !== null) {
    view.update([...tasks.values()]);
  } else if (view instanceof TaskDetail && tasks.has(view.id)) {
    view.update(tasks.get(view.id));
  }
}

async function askForAll() {
  if (followed !== null) {
    try {
      all(await get('api/tasks'));
      if (!tasks.has(followed)) {
        view.missing?.();
        connect(null);
      }
      entitle();
    } catch (e) {
      // The stream says what is the matter: it is to the same server.
      console.debug(e.message);
    }
  }
}

async function start() {
  addEventListener('hashchange', go);
  setInterval(askForAll, OTHERS_MILLIS);
  try {
    const session = await get('api/session');
    if (session.tokenRequired && !session.authenticated) {
      login();
      return;
    }
  } catch (e) {
    banner.lost(null);
  }
  go();
  await askForAll();
}

start();
