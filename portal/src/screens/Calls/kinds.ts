/** Calls by Microsoft's kind and by modality, summed from a list of calls. */

export interface Sorted {
  kind: string;
  modalities: readonly string[];
  seconds: number;
}

export interface Sum {
  key: string;
  calls: number;
  /** From start to end of each call; not the sum over participants. */
  seconds: number;
}

function summed(calls: readonly Sorted[], keyOf: (call: Sorted) => string): Sum[] {
  const sums = new Map<string, Sum>();
  for (const call of calls) {
    const key = keyOf(call);
    const sum = sums.get(key) ?? { key, calls: 0, seconds: 0 };
    sum.calls += 1;
    sum.seconds += call.seconds;
    sums.set(key, sum);
  }
  return [...sums.values()].sort((one, other) => other.calls - one.calls || one.key.localeCompare(other.key));
}

/** The most frequent first. */
export function byKind(calls: readonly Sorted[]): Sum[] {
  return summed(calls, (call) => call.kind);
}

/** Each call once, by all its modalities together, so that the groups sum to the calls. Empty key: none was told. */
export function byModality(calls: readonly Sorted[]): Sum[] {
  return summed(calls, (call) => [...call.modalities].sort().join(" + "));
}
