// What was seen of each task since the page was opened, one sample for each message. It is gone with the page.

const MOST = 900; // a quarter of an hour at one a second

const kept = new Map();

/** Of a task that the server has spoken of just now. */
export function remember(task) {
  let samples = kept.get(task.id);
  if (!samples) {
    samples = [];
    kept.set(task.id, samples);
  }
  const at = Date.now();
  if (samples.length && at - samples[samples.length - 1].at < 500) {
    samples.pop();
  }
  samples.push({
    at,
    lagSeconds: task.lag?.seconds ?? null,
    lagBytes: task.lag?.bytes ?? null,
    commands: task.rates?.commands ?? null,
    bytes: task.rates?.bytes ?? null,
    keys: task.rates?.keys ?? null,
  });
  if (samples.length > MOST) {
    samples.shift();
  }
}

/** The oldest first. */
export function of(id) {
  return kept.get(id) ?? [];
}

/** Tasks that are no more. */
export function keepOnly(ids) {
  for (const id of kept.keys()) {
    if (!ids.has(id)) {
      kept.delete(id);
    }
  }
}
