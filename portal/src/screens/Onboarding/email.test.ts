import { expect, it } from "vitest";
import { isEmail } from "./email";

it("an address needs one at sign and a domain, and is one", () => {
  expect(["a@b.example", "a b@c.example", "a@b", "@b.example", "a@b.example,c@d.example"].map(isEmail)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
