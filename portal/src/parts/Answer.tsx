import type { ReactElement, ReactNode } from "react";
import type { Asked } from "@/api/useAsk";
import { Failed } from "./Failed";
import { Loading } from "./Loading";

/**
 * The states of an answer: a skeleton of `height` pixels, the error with its way out, or what `children` make of it.
 * An error while an older answer is there stands above it. `keep`: show the answer before, as busy, while the next one
 * comes.
 */
export function Answer<Data>(props: {
  readonly to: Asked<Data>;
  readonly height?: number;
  readonly keep?: boolean;
  readonly children: (data: Data) => ReactNode;
}): ReactElement {
  const { data, before, trouble, again } = props.to;
  const shown = data ?? (props.keep ? before : undefined);
  if (shown === undefined) {
    return trouble === null ? <Loading height={props.height} /> : <Failed trouble={trouble} onRetry={again} />;
  }
  return (
    <>
      {trouble !== null && <Failed trouble={trouble} onRetry={again} />}
      {props.keep ? (
        <div aria-busy={data === undefined && trouble === null} style={{ display: "contents" }}>
          {props.children(shown)}
        </div>
      ) : (
        props.children(shown)
      )}
    </>
  );
}
