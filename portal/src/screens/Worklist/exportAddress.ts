/** Kinds of files the export door makes. */
export type FileKind = "csv" | "xlsx";

/**
 * Where a file of figures is had: GET /exports/{tenant}/{what}.{kind}. The door takes the tenant's own id, which the
 * global one names after its type. Parameters that are null or empty are left out.
 */
export function exportAddress(
  tenant: string,
  what: "findings" | "costs",
  kind: FileKind,
  parameters: Readonly<Record<string, string | null>>,
): string {
  const given = Object.entries(parameters).filter(
    (pair): pair is [string, string] => pair[1] !== null && pair[1] !== "",
  );
  const query = new URLSearchParams(given).toString();
  return `/exports/${ownId(tenant)}/${what}.${kind}${query === "" ? "" : `?${query}`}`;
}

function ownId(globalId: string): string {
  const text = atob(globalId.replaceAll("-", "+").replaceAll("_", "/"));
  return text.startsWith("Tenant:") ? text.slice("Tenant:".length) : globalId;
}
