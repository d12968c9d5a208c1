import type { ReactElement } from "react";
import { useFormats } from "@/i18n/format";
import { ChoiceFilter } from "./FilterBar";

/** A filter by department and the like: what the directory has at the moment, each with how many users it has. */
export function PlaceFilter(props: {
  readonly label: string;
  readonly value: string;
  /** Undefined: on their way. Those without a key are none, or several small ones together, and cannot be chosen. */
  readonly groups: readonly { readonly key?: string | null; readonly users: number }[] | undefined;
  readonly onChange: (value: string) => void;
}): ReactElement | null {
  const formats = useFormats();
  const choices = (props.groups ?? []).flatMap(({ key, users }) =>
    key == null ? [] : [{ value: key, label: `${key} (${formats.number(users)})` }],
  );
  if (choices.length === 0 && props.value === "") return null;
  return <ChoiceFilter label={props.label} value={props.value} choices={choices} onChange={props.onChange} />;
}
