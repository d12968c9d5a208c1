import { useCallback, useState } from "react";
import { type AnyVariables, type TypedDocumentNode, useClient } from "urql";
import { troubleOf, type Trouble } from "@/api/errors";
import { useTenant, type MayChange } from "@/app/tenant";
import { useSettled } from "@/screens/Worklist/useSettled";
import { useMoment } from "@/time/useMoment";

/** What a mutation did. */
export interface Changed {
  readonly facts: number;
  readonly position: string;
}

/** A change of a setting and how it stands. */
export interface Setting<Variables> {
  /** Carry it out and wait until it can be seen. Null: it was refused, `trouble` says why. */
  set(variables: Variables): Promise<Changed | null>;
  readonly setting: boolean;
  readonly trouble: Trouble | null;
  clear(): void;
}

/** Change a setting by a mutation; `pick` finds what it did in the answer. */
export function useSetting<Data, Variables extends AnyVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
  pick: (data: Data) => Changed,
): Setting<Variables> {
  const client = useClient();
  const settled = useSettled();
  const [setting, setSetting] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const set = useCallback(
    async (variables: Variables) => {
      setSetting(true);
      setTrouble(null);
      const { data, error } = await client.mutation(mutation, variables).toPromise();
      const changed = data === undefined || error !== undefined ? null : pick(data);
      if (changed === null) setTrouble(troubleOf(error));
      else await settled(changed.position);
      setSetting(false);
      return changed;
    },
    [client, mutation, pick, settled],
  );
  return { set, setting, trouble, clear: useCallback(() => setTrouble(null), []) };
}

/** Whether a setting can be changed here and now: as the API says, and only today. */
export function useMayChange(what: keyof MayChange): boolean {
  const { mayChange } = useTenant();
  const { past } = useMoment();
  return mayChange[what] && !past;
}
