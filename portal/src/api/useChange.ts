import { useCallback, useState } from "react";
import { type AnyVariables, type TypedDocumentNode, useClient } from "urql";
import { advance } from "./advance";
import { troubleOf, type Trouble } from "./errors";

/** A change and how it stands. */
export interface Changing<Data, Variables> {
  /** Carry it out. The answer, or null where it failed: then `trouble` says why. */
  change(variables: Variables): Promise<Data | null>;
  readonly changing: boolean;
  readonly trouble: Trouble | null;
  clear(): void;
}

/** Carry out a mutation; what is on screen is asked for again afterwards. */
export function useChange<Data, Variables extends AnyVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
): Changing<Data, Variables> {
  const client = useClient();
  const [changing, setChanging] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const change = useCallback(
    async (variables: Variables) => {
      setChanging(true);
      setTrouble(null);
      const result = await client.mutation(mutation, variables).toPromise();
      setChanging(false);
      if (result.error !== undefined) {
        setTrouble(troubleOf(result.error));
        return null;
      }
      advance();
      return result.data ?? null;
    },
    [client, mutation],
  );
  return { change, changing, trouble, clear: () => setTrouble(null) };
}
