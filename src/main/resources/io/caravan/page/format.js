// Numbers and times as people read them. A unit of bytes is 1024 of the one before, as in the log and the settings. A number is
// never torn from its unit at the end of a line: NB is a space that does not break.

const GROUPED = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});
const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'];
const NONE = '–';
const NB = '\u00a0';

let ahead = 0;

/** The server's clock is what all its times are by; ours may differ. */
export function setServerTime(iso) {
  ahead = Date.parse(iso) - Date.now();
}

/** Milliseconds since 1970 by the server's clock. */
export function now() {
  return Date.now() + ahead;
}

export function count(number) {
  return known(number) ? GROUPED.format(number) : NONE;
}

/** 1234567 as 1.23 M where there is little room. */
export function brief(number) {
  if (!known(number)) {
    return NONE;
  }
  if (number < 10) {
    return trimmed(number.toFixed(number < 1 ? 2 : 1));
  }
  if (number < 100_000) {
    return GROUPED.format(number);
  }
  const [divided, unit] = number < 1e6 ? [number / 1e3, 'k'] : number < 1e9 ? [number / 1e6, 'M'] : [number / 1e9, 'G'];
  return `${divided.toFixed(divided < 100 ? 1 : 0)}${NB}${unit}`;
}

/** The numbers of an axis all in the unit that suits its end. */
export function scaled(number, end) {
  const [unit, name] = end >= 1e7 ? [1e6, 'M'] : end >= 1e4 ? [1e3, 'k'] : [1, ''];
  const shown = Number((number / unit).toPrecision(3));
  return name && number ? `${shown}${NB}${name}` : count(shown);
}

export function bytes(number) {
  if (!known(number)) {
    return NONE;
  }
  let amount = number;
  let unit = 0;
  // 999.95 would be shown as 1000.0
  while (amount >= 999.95 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 ? amount.toFixed(0) : amount.toFixed(1)}${NB}${UNITS[unit]}`;
}

/** A lag: to the tenth while it is short. */
export function seconds(number) {
  if (!known(number)) {
    return NONE;
  }
  return number < 60 ? `${number.toFixed(1)}${NB}s` : duration(number);
}

/** 3725 as 1 h 2 min. */
export function duration(number) {
  if (!known(number)) {
    return NONE;
  }
  const whole = Math.max(0, Math.round(number));
  if (whole < 60) {
    return `${whole}${NB}s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)}${NB}min ${whole % 60}${NB}s`;
  }
  if (whole < 86_400) {
    return `${Math.floor(whole / 3600)}${NB}h ${Math.floor((whole % 3600) / 60)}${NB}min`;
  }
  return `${Math.floor(whole / 86_400)}${NB}d ${Math.floor((whole % 86_400) / 3600)}${NB}h`;
}

export function percent(number) {
  return known(number) ? `${(Math.floor(number * 10) / 10).toFixed(1)}${NB}%` : NONE;
}

/** The time of day here; with the date unless it is today. */
export function clock(iso) {
  const date = new Date(iso);
  if (!iso || Number.isNaN(date.getTime())) {
    return NONE;
  }
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  const today = new Date().toDateString() === date.toDateString();
  return today ? time : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** How long ago, without the seconds once there are minutes. */
export function age(iso) {
  const past = (now() - Date.parse(iso)) / 1000;
  return past >= 60 && past < 3600 ? `${Math.floor(past / 60)}${NB}min` : duration(past);
}

/** A <time> that shows the local time, and says the UTC one when pointed at. */
export function timed(node, iso) {
  const shown = clock(iso);
  if (node.textContent !== shown) {
    node.textContent = shown;
  }
  if (iso && node.dateTime !== iso) {
    node.dateTime = iso;
    node.title = `${iso.replace('T', ' ').replace(/Z$/, '')} UTC`;
  }
  return node;
}

/** one node, 3 nodes */
export function counted(number, one, many = `${one}s`) {
  return number === 1 ? `1${NB}${one}` : `${count(number)}${NB}${many}`;
}

function known(number) {
  return typeof number === 'number' && Number.isFinite(number);
}

function two(number) {
  return String(number).padStart(2, '0');
}

function trimmed(string) {
  return string.includes('.') ? string.replace(/\.?0+$/, '') : string;
}
