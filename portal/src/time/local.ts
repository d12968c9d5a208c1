/** An instant as a field of type datetime-local takes it: to the minute, in the browser's time zone. */
export function localText(instant: Date): string {
  const shifted = new Date(instant.getTime() - instant.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
