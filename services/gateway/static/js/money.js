// Fen as yuan. Money is a BigInt from the first to the last step; no floating point touches it.

const GROUPS = /\B(?=(\d{3})+(?!\d))/g;
const FEN_PER_TEN_THOUSAND_YUAN = 1_000_000n;

export function yuan(fen) {
  const { sign, size } = parts(fen);
  return `${sign}${grouped(size / 100n)}.${String(size % 100n).padStart(2, "0")}`;
}

// In units of 10,000 yuan, two decimals, rounded half up once.
export function tenThousands(fen) {
  const { sign, size } = parts(fen);
  const hundredths = (size * 100n + FEN_PER_TEN_THOUSAND_YUAN / 2n) / FEN_PER_TEN_THOUSAND_YUAN;
  return `${hundredths === 0n ? "" : sign}${grouped(hundredths / 100n)}.${String(hundredths % 100n).padStart(2, "0")}`;
}

export function count(number) {
  return grouped(BigInt(number));
}

// 4321 basis points are 43.21 %.
export function percent(basisPoints) {
  const { sign, size } = parts(basisPoints);
  return `${sign}${size / 100n}.${String(size % 100n).padStart(2, "0")}%`;
}

export function sum(amounts) {
  return amounts.reduce((total, fen) => total + BigInt(fen), 0n);
}

// Yuan as somebody types them, "1,234.5" or "１２３４．５", as fen; null if that is no amount.
export function fenOf(typed) {
  const plain = typed.normalize("NFKC").replace(/[\s,]/g, "");
  const found = /^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/.exec(plain);
  if (!found) return null;
  const size = BigInt(found[2]) * 100n + BigInt((found[3] || "").padEnd(2, "0"));
  return found[1] ? -size : size;
}

function parts(value) {
  const number = BigInt(value);
  return number < 0n ? { sign: "-", size: -number } : { sign: "", size: number };
}

function grouped(number) {
  return String(number).replace(GROUPS, ",");
}
