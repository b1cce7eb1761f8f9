// Bytes, text and canonical JSON (RFC 8785): what could be read in two ways is refused.

class FormError extends Error {}

const utf8 = new TextEncoder();
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const equal = (one, other) => one.length === other.length && one.every((byte, i) => byte === other[i]);

function asText(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormError("not UTF-8");
  }
}

function unbase64(text, isUrl = false) {
  const plain = isUrl ? text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4) : text;
  let raw;
  try {
    raw = Uint8Array.from(atob(plain), (sign) => sign.charCodeAt(0));
  } catch {
    throw new FormError("not base64");
  }
  if (base64(raw, isUrl) !== text) throw new FormError("base64 with stray bits or signs");
  return raw;
}

function base64(bytes, isUrl = false) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  text = btoa(text);
  return isUrl ? text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") : text;
}

// JavaScript sorts keys by UTF-16 unit, as the standard demands.
function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new FormError(`the number ${value} is not allowed`);
    return String(value);
  }
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value)) throw new FormError("a lone surrogate");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  return `{${Object.keys(value).sort().map((key) => `${canonical(key)}:${canonical(value[key])}`).join(",")}}`;
}

function readCanonical(bytes) {
  const text = typeof bytes === "string" ? bytes : asText(bytes);
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FormError(`not JSON: ${error.message}`.slice(0, 200));
  }
  let again;
  try {
    again = canonical(value);
  } catch (error) {
    throw error instanceof FormError ? error : new FormError("nested too deep");
  }
  if (again !== text) throw new FormError("JSON, but not in canonical form (RFC 8785)");
  return value;
}

// A shape is a function that throws, an object of shapes (exactly these members), or [shape] for a list.
function shaped(value, shape, where) {
  if (typeof shape === "function") {
    if (!shape(value)) throw new FormError(`${where}: something else is expected`);
  } else if (Array.isArray(shape)) {
    if (!Array.isArray(value)) throw new FormError(`${where}: a list is expected`);
    value.forEach((each, i) => shaped(each, shape[0], `${where}[${i}]`));
  } else {
    const names = Object.keys(shape).sort();
    if (value === null || typeof value !== "object" || Array.isArray(value) || canonical(Object.keys(value).sort()) !== canonical(names))
      throw new FormError(`${where}: the members are ${names.join(", ")}`);
    names.forEach((name) => shaped(value[name], shape[name], `${where}.${name}`));
  }
  return value;
}

const either = (...shapes) => (value) => shapes.some((shape) => {
  try {
    shaped(value, shape, "");
    return true;
  } catch {
    return false;
  }
});
const mapOf = (shape) => (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value) && Object.values(value).every(either(shape));
const oneOf = (...allowed) => (value) => allowed.includes(value);
const pairOf = (first, second) => (value) =>
  Array.isArray(value) && value.length === 2 && either(first)(value[0]) && either(second)(value[1]);
const matching = (pattern) => (value) => typeof value === "string" && pattern.test(value);
const NOTHING = (value) => value === null;
const TEXT = (value) => typeof value === "string";
const COUNT = (value) => Number.isSafeInteger(value) && value >= 0;
const DIGEST = matching(/^[0-9a-f]{64}$/);
const TEXT_DIGEST = matching(/^[A-Za-z0-9_-]{43}$/);
const RECORD_ID = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const PLAIN = /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/;
const isPlainName = (name) => PLAIN.test(name) && !name.split("/").some((part) => part === "." || part === "..");
const PATH = (value) => typeof value === "string" && isPlainName(value);
const MOMENT = (value) => {
  const parts = typeof value === "string" && /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{6}Z$/.exec(value);
  if (!parts) return false;
  const at = new Date(`${parts[1]}Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 19) === parts[1];
};
