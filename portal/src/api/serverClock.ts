let aheadMs = 0;

/** Take in what an answer that has just come told of the time at the service: an instant, UTC. Anything else tells nothing. */
export function hearServer(now: unknown): void {
  const told = typeof now === "string" ? Date.parse(now) : Number.NaN;
  if (!Number.isNaN(told)) aheadMs = told - Date.now();
}

/** The time by the service's clock, which every instant it tells goes by; the browser's own until the first answer. */
export function serverNow(): Date {
  return new Date(Date.now() + aheadMs);
}
