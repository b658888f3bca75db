// Reads amounts as people type them, by the rules of webapp/domain/money.py: what one refuses the other refuses too.
// Minor units as a number, or null where it is no amount or has two readings.
const SHAPE = /^(?:[^\d.,'-]+\.?)? *([.,]?\d(?:[\d .,']*\d)?[.,]?)(?:,-+)? *[^\d.,'-]*$/u;

const grouped = (text, mark) => new RegExp(`^\\d{1,3}(?:\\${mark}\\d{3})+$`).test(text);

function minor(whole, rest, digits) {
  const kept = Number((whole || "0") + rest.slice(0, digits).padEnd(digits, "0"));
  const amount = kept + (rest[digits] >= "5" ? 1 : 0);
  return Number.isSafeInteger(amount) ? amount : null;
}

/** `text` in minor units of a currency with so many decimals. */
export function readAmount(text, digits) {
  const body = SHAPE.exec(text.normalize("NFKC").replaceAll("’", "'").trim())?.[1];
  if (!body) return null;
  const marks = [...new Set(body.replace(/\d/g, ""))];
  const last = body.match(/[.,' ](?=\d*$)/)?.[0];
  if (!marks.length) return minor(body, "", digits);
  const cut = body.lastIndexOf(last);
  const [whole, rest] = [body.slice(0, cut), body.slice(cut + 1)];
  if (marks.length > 2 || !rest) return null;
  if (marks.length === 2) {
    const other = marks.find((mark) => mark !== last);
    if (!grouped(whole, other) || (!digits && rest.length === 3)) return null;
    return minor(whole.replaceAll(other, ""), rest, digits);
  }
  if (" '".includes(last) || whole.includes(last)) {
    return grouped(body, last) ? minor(body.replaceAll(last, ""), "", digits) : null;
  }
  if (rest.length !== 3) return minor(whole, rest, digits);
  const small = !/[1-9]/.test(whole); // no thousands begin with 0
  if (small && digits) return minor(whole, rest, digits);
  if (small && !/[1-9]/.test(rest)) return 0;
  if (small || !grouped(body, last) || digits > 2) return null;
  return minor(whole + rest, "", digits);
}

/** Minor units as the reader writes them, without the currency's sign. */
export function writeAmount(amount, digits) {
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(amount / 10 ** digits);
}
