/** Keeping what is typed into a form: sent a moment after the last change, and kept here until it has arrived. */
import { ApiError } from "./api.js";
import { recall, remember } from "./prefs.js";

const WAIT_MS = 500;
const AGAIN_MS = 3000;

export class Autosave {
  /**
   * @param {string} key Whose changes these are, as `character.0123`.
   * @param {(fields: Object<string, any>) => Promise<any>} send
   * @param {(told: {state: "changed"|"saved"|"failed", error?: Object}) => void} tell
   */
  constructor(key, send, tell) {
    Object.assign(this, { key: `unsaved.${key}`, send, tell, sending: null, closed: false });
    /** What a page that was closed or lost its host could not send: name of a field to its value. */
    this.restored = recall(this.key, {});
    this.pending = { ...this.restored };
  }

  get isClean() {
    return !this.sending && !Object.keys(this.pending).length;
  }

  /** @param {Object<string, any>} fields */
  change(fields) {
    Object.assign(this.pending, fields);
    remember(this.key, this.pending);
    this.tell({ state: "changed" });
    this.later(WAIT_MS);
  }

  later(wait) {
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => this.flush(), wait);
  }

  /** Send what waits. @returns {Promise<boolean>} Whether everything has arrived. */
  async flush() {
    clearTimeout(this.timer);
    while (this.sending) await this.sending;
    if (!Object.keys(this.pending).length) return true;
    this.sending = this.sendAll();
    const arrived = await this.sending;
    return arrived && this.flush();
  }

  async sendAll() {
    const fields = this.pending;
    this.pending = {};
    try {
      await this.send(fields);
    } catch (error) {
      this.pending = { ...fields, ...this.pending };
      this.failed(error);
      return false;
    } finally {
      this.sending = null;
    }
    remember(this.key, Object.keys(this.pending).length ? this.pending : null);
    this.tell({ state: "saved" });
    return true;
  }

  /** What the host refuses waits for another change; what did not reach it is sent again. */
  failed(error) {
    if (!(error instanceof ApiError)) throw error;
    this.tell({ state: "failed", error: error.detail });
    if (error.status === 0 || error.status >= 500) this.later(AGAIN_MS);
  }

  /** Give up what waits: the thing is gone, or a person wants it so. */
  discard() {
    clearTimeout(this.timer);
    this.pending = {};
    remember(this.key, null);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }
}
