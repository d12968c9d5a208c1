import { expect, it } from "vitest";

import { byKind, byModality } from "./kinds";

const calls = [
  { kind: "groupCall", modalities: ["video", "audio"], seconds: 600 },
  { kind: "peerToPeer", modalities: ["audio"], seconds: 60 },
  { kind: "groupCall", modalities: ["audio", "video"], seconds: 300 },
  { kind: "peerToPeer", modalities: [], seconds: 5 },
];

it("calls and their length are summed by kind, the most frequent first", () => {
  expect(byKind(calls)).toEqual([
    { key: "groupCall", calls: 2, seconds: 900 },
    { key: "peerToPeer", calls: 2, seconds: 65 },
  ]);
});

it("a call with several modalities counts once, whatever their order", () => {
  expect(byModality(calls)).toEqual([
    { key: "audio + video", calls: 2, seconds: 900 },
    { key: "", calls: 1, seconds: 5 },
    { key: "audio", calls: 1, seconds: 60 },
  ]);
});
