// The management API, and the stream of what the tasks do.

const HEADERS = {'Content-Type': 'application/json', 'X-Caravan': '1'};
const REQUEST_MILLIS = 15_000;
const RETRY_MILLIS = 2_000;
/** The server speaks every second. A process that stands still keeps its connection open and says nothing. */
const SILENCE_MILLIS = 5_000;
const RENEW_MILLIS = 15_000;

/** What the server said against it, in its words. `status` is 0 if it did not answer. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function get(path) {
  return request(path, {});
}

export async function post(path, body = {}) {
  return request(path, {method: 'POST', headers: HEADERS, body: JSON.stringify(body)});
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, {...options, cache: 'no-store', signal: AbortSignal.timeout(REQUEST_MILLIS)});
  } catch (e) {
    throw new Refused(0, 'Caravan did not answer. See whether the process runs, then try again.');
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refused(response.status, answer.error || `Caravan answered ${response.status} ${response.statusText}.`);
  }
  return answer;
}

/**
 * The stream of one address. `heard(data)` for every message, `lost(since)` once when nothing comes any more (since: when
 * it last did, or null), `refused()` when a login is needed. It connects again by itself until closed.
 */
export class Stream {
  constructor(path, listeners) {
    this.path = path;
    this.listeners = listeners;
    this.heardAt = null;
    this.opened = Date.now();
    this.isLost = false;
    this.connect();
    this.watch = setInterval(() => this.look(), 1000);
  }

  connect() {
    this.retry = 0;
    this.source = new EventSource(this.path);
    this.opened = Date.now();
    const heard = event => this.hear(event);
    this.source.addEventListener('tasks', heard);
    this.source.addEventListener('task', heard);
    this.source.onerror = () => this.failed();
  }

  hear(event) {
    this.heardAt = Date.now();
    this.isLost = false;
    this.listeners.heard(JSON.parse(event.data));
  }

  async failed() {
    this.source.close();
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), RETRY_MILLIS);
    this.lose();
    try {
      const session = await get('api/session');
      if (session.tokenRequired && !session.authenticated && this.watch) {
        this.listeners.refused();
      }
    } catch (e) {
      this.lose(); // no answer: what the next attempt finds out, too
    }
  }

  look() {
    const silence = Date.now() - Math.max(this.heardAt ?? 0, this.opened);
    if (silence > SILENCE_MILLIS) {
      this.lose();
    }
    if (silence > RENEW_MILLIS && !this.retry) { // else the next attempt, which is due, would be put off each time
      this.failed();
    }
  }

  lose() {
    if (!this.isLost && this.watch) {
      this.isLost = true;
      this.listeners.lost(this.heardAt);
    }
  }

  close() {
    this.source.close();
    clearTimeout(this.retry);
    clearInterval(this.watch);
    this.watch = 0;
  }
}
