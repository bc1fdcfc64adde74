/** Talking with the host: JSON in, JSON out, one kind of error. */

/** What the host said when it could not do something; the fields are those of its error object. */
export class ApiError extends Error {
  /** @param {number} status HTTP status, 0 when the host could not be reached. @param {Object} error */
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.kind = error.kind ?? "error";
    this.whose = error.whose ?? "host";
    this.hint = error.hint ?? "";
    this.detail = error;
  }
}

const UNREACHABLE = {
  kind: "unreachable",
  whose: "host",
  message: "The host cannot be reached.",
  hint: "Look whether the program still runs; this page reconnects by itself.",
};

async function request(method, path, body, signal) {
  const headers = { Accept: "application/json" };
  const isFile = body instanceof Blob;
  // Also without a body: the host takes changes only from a page that could send JSON, which no foreign form can.
  if (method !== "GET") headers["Content-Type"] = isFile ? "application/octet-stream" : "application/json";
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      signal,
      body: body === undefined || isFile ? body : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, UNREACHABLE);
  }
  const data = await readJson(response);
  if (response.ok) return data;
  throw new ApiError(response.status, errorOf(response, data));
}

async function readJson(response) {
  const text = await response.text();
  if (!text) return {};
  try {
    return JSON.parse(text);
  } catch {
    return { error: { message: `The host answered something that is not JSON (status ${response.status}).` } };
  }
}

function errorOf(response, data) {
  if (data?.error?.message) return data.error;
  return { message: `The host answered ${response.status} ${response.statusText}`.trim(), kind: "host" };
}

// A body that is a `File` or `Blob` is sent as it is.
/** @param {string} path @param {AbortSignal} [signal] @returns {Promise<any>} */
export const get = (path, signal) => request("GET", path, undefined, signal);
/** @param {string} path @param {any} [body] @param {AbortSignal} [signal] @returns {Promise<any>} */
export const post = (path, body = {}, signal) => request("POST", path, body, signal);
/** @param {string} path @param {any} body @returns {Promise<any>} */
export const patch = (path, body) => request("PATCH", path, body);
/** @param {string} path @param {any} body @returns {Promise<any>} */
export const put = (path, body) => request("PUT", path, body);
/** @param {string} path @returns {Promise<any>} */
export const remove = (path) => request("DELETE", path);

/** A path whose parts are quoted: `at("/api/chats", id, "messages")`. */
export const at = (base, ...parts) => [base, ...parts.map((part) => encodeURIComponent(part))].join("/");
