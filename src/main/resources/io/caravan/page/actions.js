// The buttons of a task. Each asks first, and says what will happen.

import {post} from './api.js';
import {attribute, el, Parts, show, text} from './dom.js';
import * as format from './format.js';
import {CutoverForm, LimitsForm, VerifyForm} from './forms.js';

/** question: what the dialog says. go: what its button says, if not the label. danger: the button is red. */
const ACTIONS = {
  pause: {
    label: 'Pause', title: name => `Pause ${name}?`,
    question: task => ['Nothing more is applied to the destination. The link to the source stays.', waiting(task),
      'Resume goes on where it paused.'],
  },
  resume: {
    label: 'Resume', title: name => `Resume ${name}?`,
    question: task => [`What has waited${typeof task.lag?.bytes === 'number' ? ` (${format.bytes(task.lag.bytes)})` : ''} is applied now, in order.`],
  },
  stop: {
    label: 'Stop', title: name => `Stop ${name}?`, danger: true,
    question: () => ['What is on its way is applied, the checkpoint is stored, and the links to the source are closed.',
      'The next start continues from the checkpoint. Whether that needs another snapshot is decided by the backlog of'
      + ' the source (repl-backlog-size): what is written meanwhile has to fit into it.'],
  },
  start: {
    label: 'Start', title: name => `Start ${name}?`,
    question: task => [...task.cutover?.done ? ['This task was cut over. What clients have written to the destination since then is overwritten where'
      + ' the source has the same keys, and may be removed where it has not.'] : [],
    'The precheck comes first, if it is on. If there is a checkpoint, the task continues from it;'
      + ' if not, it begins with a snapshot: keys of the destination that the source has, too, are overwritten.'],
  },
  precheck: {
    label: 'Precheck', title: name => `Check both sides of ${name}?`,
    question: () => ['Every server of both sides is asked. Nothing is changed, no key is written, and the task goes on.',
      'It takes a few seconds; the report is shown on this page.'],
  },
  verify: {
    label: 'Verify', title: name => `Compare both sides of ${name}?`, form: () => new VerifyForm(),
    question: () => ['Source and destination are compared key by key while both are written to. The task goes on.',
      'Reading every key is work for both sides: a rate limits it.'],
  },
  cutover: {
    label: 'Cut over', title: name => `End the migration of ${name}?`, danger: true, form: () => new CutoverForm(),
    question: task => ['When the source has been quiet for three seconds and everything of it is applied, both sides are compared, and'
      + ' the task is stopped. If anything speaks against it, the task goes on, and this page says why.',
      'Nobody may write to the source any more: stop its clients before, or have it hold their writes back; they wait meanwhile,'
      + ' and may read.',
      `Afterwards, point clients at ${(task.destination?.nodes ?? '').replaceAll(',', ', ')}.`],
  },
  limits: {
    label: 'Limits', go: 'Apply', title: name => `Limits of ${name}`, form: task => new LimitsForm(task),
    question: () => ['They hold for all shards together, from now until the next start, which takes what is configured.'
      + ' 0 is no limit.',
      'What is read from the source has to stay well above what it writes: the rest waits in its replica output buffer,'
      + ' whose limit ends the link.'],
  },
};
const ORDER = ['pause', 'resume', 'start', 'stop', 'precheck', 'verify', 'cutover'];

function waiting(task) {
  return task.spoolLimit > 0
    ? `What the source writes waits in memory and in the spool (${format.bytes(task.spooledBytes)} of ${format.bytes(task.spoolLimit)} used).`
    : 'There is no spool: when memory is full, what the source writes waits in its replica output buffer, whose limit may'
      + ' cut the link.';
}

export class Actions {
  constructor() {
    this.offered = [];
    const row = el('div', {class: 'buttons'});
    this.note = el('p', {class: 'asked', role: 'status'});
    this.node = el('section', {class: 'actions', 'aria-label': 'Actions'}, row, this.note);
    this.dialog = new Confirmation(action => this.accepted(action), name => this.successor(name)?.focus());
    this.buttons = new Parts(row, name => this.button(name));
  }

  button(name) {
    const node = el('button', {type: 'button', 'data-action': name}, ACTIONS[name].label);
    node.addEventListener('click', () => this.task.doing || this.open(name, node));
    // Not 'disabled', which would take the focus away from it.
    return {node, update: () => attribute(node, 'aria-disabled', this.task.doing ? 'true' : null)};
  }

  /** Asks whether to do it; the focus comes back to who has asked for that. */
  open(name, asker) {
    this.dialog.open(name, this.task, asker);
  }

  update(task) {
    if (this.task?.doing !== task.doing || this.task?.state !== task.state) {
      text(this.note, task.doing ? `${ACTIONS[task.doing]?.label ?? task.doing}: being done …` : '');
    }
    this.task = task;
    const focused = document.activeElement;
    const hadFocus = this.node.contains(focused) && focused.dataset.action;
    if (!task.doing) {
      this.offered = ORDER.filter(name => (task.actions ?? []).includes(name));
    }
    const offered = this.offered; // while something is being done nothing is: the buttons stay where they are, and wait
    this.buttons.update(offered, name => name);
    if (hadFocus && !focused.isConnected) {
      // The button is gone with the state that it was for: whoever uses the keyboard goes on at the next one.
      this.successor()?.focus();
    }
    this.dialog.update(task, task.limits ? [...offered, 'limits'] : offered);
    show(this.node, offered.length > 0 || this.note.textContent);
  }

  /** The button of this name, or else the first. */
  successor(name) {
    return this.node.querySelector(`[data-action="${name}"]`) ?? this.node.querySelector('button');
  }

  accepted(action) {
    text(this.note, `${ACTIONS[action].label}: asked for at ${format.clock(new Date().toISOString())}.`);
  }
}

class Confirmation {
  constructor(accepted, closed) {
    this.accepted = accepted;
    this.title = el('h2', {id: 'asking'});
    this.words = el('div', {class: 'words'});
    this.extra = el('div');
    this.error = el('p', {id: 'refused', class: 'problem bad', role: 'alert', hidden: true});
    this.cancel = el('button', {type: 'button', onclick: () => this.node.close()}, 'Cancel');
    this.go = el('button', {type: 'submit', class: 'primary'});
    this.node = el('dialog', {'aria-labelledby': 'asking'},
      el('form', {method: 'dialog', novalidate: true, onsubmit: event => this.submit(event)},
        this.title, this.words, this.extra, this.error, el('div', {class: 'buttons end'}, this.cancel, this.go)));
    // Its button may be gone with the state that it was for.
    this.node.addEventListener('close', () => this.asker.isConnected ? this.asker.focus() : closed(this.name));
  }

  open(name, task, asker) {
    Object.assign(this, {name, task, asker});
    const action = ACTIONS[name];
    text(this.title, action.title(task.name));
    this.fields = action.form?.(task);
    this.extra.replaceChildren(...(this.fields ? [this.fields.node] : []));
    text(this.go, action.go ?? action.label);
    this.go.className = action.danger ? 'primary danger' : 'primary';
    show(this.error, false);
    this.busy(false);
    this.update(task, [name]);
    this.node.showModal();
    // The harmless one has the focus; of a form, its first field.
    (this.fields?.first ?? this.cancel).focus();
  }

  /** What the dialog says goes with the task, as long as it is open. */
  update(task, offered) {
    if (this.name && this.task?.id === task.id) {
      const sentences = ACTIONS[this.name].question(task);
      if (this.words.children.length !== sentences.length) {
        this.words.replaceChildren(...sentences.map(() => el('p')));
      }
      sentences.forEach((sentence, i) => text(this.words.children[i], sentence));
      if (this.node.open && !offered.includes(this.name) && !this.waits) {
        this.say(`The task is ${task.state} now: this is not to be done any more.`);
      }
    }
  }

  async submit(event) {
    event.preventDefault();
    const wrong = this.fields?.wrong();
    if (wrong) {
      this.say(wrong.words);
      wrong.field.focus();
      return;
    }
    this.busy(true);
    show(this.error, false);
    const {name, task} = this;
    try {
      await post(`api/tasks/${encodeURIComponent(task.id)}/${name}${this.fields?.query() ?? ''}`);
      this.node.close();
      this.accepted(name);
    } catch (e) {
      this.say(e.message);
    } finally {
      this.busy(false);
    }
  }

  say(words) {
    text(this.error, words);
    show(this.error, true);
  }

  busy(waits) {
    this.waits = waits;
    attribute(this.go, 'disabled', waits);
    attribute(this.node, 'aria-busy', waits);
  }
}
