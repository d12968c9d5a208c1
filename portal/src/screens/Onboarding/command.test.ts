import { expect, it } from "vitest";
import { inviteCommand, isEmail } from "./command";

it("a name with spaces and quotes stays one word of the command", () => {
  expect(inviteCommand("Fisher's; rm -rf /", "it@fisher.example")).toBe(
    "sua tenants invite 'Fisher'\\''s; rm -rf /' it@fisher.example",
  );
});

it("an address needs one at sign and a domain", () => {
  expect(["a@b.example", "a b@c.example", "a@b", "@b.example"].map(isEmail)).toEqual([true, false, false, false]);
});
