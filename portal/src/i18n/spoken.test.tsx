import { act, render, screen } from "@testing-library/react";
import { Suspense, type ReactElement } from "react";
import { expect, it } from "vitest";
import { speak, startWords } from "./setup";
import { useWords } from "./words";

function Said({ namespace, word }: { readonly namespace?: string; readonly word: string }): ReactElement {
  const { t } = useWords(namespace);
  return <p>{t(word)}</p>;
}

it("words change with the language, also those a screen brought", async () => {
  await startWords("en", "Health");
  render(
    <>
      <Said word="cancel" />
      <Said namespace="Health" word="title" />
    </>,
  );
  expect(screen.getAllByText(/./).map((each) => each.textContent)).toContain("Data health");

  await act(() => speak("de"));

  expect(screen.getByText("Abbrechen")).toBeTruthy();
  expect(screen.getByText("Datenzustand")).toBeTruthy();
});

it("words that are not there yet are waited for", async () => {
  await startWords("en");
  await act(async () => {
    render(
      <Suspense fallback="soon">
        <Said namespace="Portfolio" word="title" />
      </Suspense>,
    );
  });
  expect(await screen.findByText("Portfolio")).toBeTruthy();
});
