/** A word of a POSIX shell, quoted so that it stays one word whatever it holds. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9@._+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The operator's command that invites a customer. */
export function inviteCommand(name: string, email: string): string {
  return `sua tenants invite ${quoted(name)} ${quoted(email)}`;
}

/** Whether a text can be an e-mail address; the mail server decides whether it is one. */
export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}
