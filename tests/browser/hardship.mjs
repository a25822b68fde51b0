// A small community that is hard to show: the longest names, words without a space, wide tables, missing posts.
const LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung";
const long = (length, of = LONG) => of.repeat(Math.ceil(length / of.length)).slice(0, length);
const at = (minute) => new Date(Date.UTC(2024, 2, 5, 8, minute)).toISOString();

const BODY = `${long(900)}

| ${long(60)} | b | c | d | e | f |
|---|---|---|---|---|---|
| ${long(300)} | ${long(90)} | 3 | 4 | 5 | 6 |

\`${long(200)}\` and https://example.org/${long(200, "a/very/long/path")}

\`\`\`
${long(300)}
\`\`\`

> > > > ${long(120)}

1. one
   - two
     - three
       - four ${long(80)}

### ${long(120)}

- [ ] to do
- [x] done

**bold** *italic* ~~gone~~ ***`;

export const records = [
  { kind: "community", version: 1, source: "hardship" },
  {
    kind: "member",
    id: "m1",
    handle: long(30, "wolfeschlegel").toLowerCase(),
    name: long(40, "Wolfeschlegelsteinhausenberger"),
    joined: at(0),
    rank: "ace-contributor",
    tier: "top-rated-plus",
    badges: ["identity-verified", "phone-verified", "payment-method-verified", "background-check-passed"],
    roles: ["moderator", "community-manager", "senior-agent"],
    signature: long(200),
    profile: "everyone",
  },
  { kind: "member", id: "m2", handle: "quiet-q", name: "Quiet Q", joined: at(0), profile: "private" },
  { kind: "member", id: "m3", handle: "members-m", name: "Members M", joined: at(0), profile: "members" },
  { kind: "board", id: "b1", parent: null, slug: "hardship", title: long(60), about: long(200) },
  { kind: "board", id: "b2", parent: "b1", slug: "hardship-inside", title: `Inside ${long(40)}`, about: long(100) },
  { kind: "board", id: "b3", parent: null, slug: "nobody-yet", title: "Nobody yet", about: "" },
  { kind: "thread", id: "t1", board: "b1", title: long(120), type: "question", author: "m1", created: at(1), locked: true, pinned: true },
  { kind: "post", id: "p1", thread: "t1", number: 1, total: 9, author: "m1", created: at(1), format: "markdown", body: BODY },
  {
    kind: "post", id: "p4", thread: "t1", number: 4, total: 9, author: "m2", created: at(2), format: "text", body: "Short.",
    edited: { at: at(3), by: "m1", as: "moderator", reason: long(200) },
  },
  {
    kind: "post", id: "p6", thread: "t1", number: 6, total: 9, author: "m3", created: at(4), format: "text", body: "Gone.",
    removed: { at: at(5), by: "m1", reason: long(200) },
  },
  // More threads than a board's page holds.
  ...Array.from({ length: 35 }, (_, place) => [
    { kind: "thread", id: `x${place}`, board: "b2", title: `Thread number ${place}`, type: "discussion", author: "m3", created: at(place) },
    { kind: "post", id: `y${place}`, thread: `x${place}`, number: 1, author: "m3", created: at(place), format: "text", body: "Words." },
  ]).flat(),
];
export const handle = records[1].handle;
