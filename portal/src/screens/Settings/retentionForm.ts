const LEAST = 30;
const MOST = 3660;

/** The days somebody typed; null: not a number call details can be kept for. */
export function daysOf(text: string): number | null {
  const days = /^\d{1,4}$/.test(text.trim()) ? Number(text) : NaN;
  return days >= LEAST && days <= MOST ? days : null;
}
