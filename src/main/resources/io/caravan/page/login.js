// Where the management port wants a token.

import {post} from './api.js';
import {attribute, el, show, text} from './dom.js';

export class Login {
  constructor(entered) {
    this.entered = entered;
    this.token = el('input', {id: 'token', type: 'password', autocomplete: 'current-password', required: true});
    this.error = el('p', {class: 'problem bad', role: 'alert', hidden: true});
    this.go = el('button', {type: 'submit', class: 'primary'}, 'Log in');
    this.title = el('h1', {tabindex: '-1'}, 'Log in');
    this.node = el('div', {class: 'view login'}, this.title,
      el('p', {}, 'This Caravan wants the token that its configuration calls caravan.management.token.'),
      el('form', {onsubmit: event => this.submit(event)},
        el('label', {for: 'token'}, 'Token'), this.token, this.error, this.go));
  }

  heading() {
    return this.token;
  }

  async submit(event) {
    event.preventDefault();
    attribute(this.go, 'disabled', true);
    show(this.error, false);
    try {
      await post('api/login', {token: this.token.value});
      this.token.value = '';
      this.entered();
    } catch (e) {
      text(this.error, e.status === 401 ? 'This is not the token.' : e.message);
      show(this.error, true);
      this.token.select();
    } finally {
      attribute(this.go, 'disabled', false);
    }
  }

  close() {}
}
