import { html, type Content, type Markup } from "./markup.ts";

export interface Column<Row> {
  head: Content;
  cell(row: Row): Content;
  /** Numbers stand right, bars take the room that is left. */
  as?: "number" | "bars";
  /** Left out where the screen is as narrow as a phone. */
  on?: "desk";
}

/** A table with a caption; its first column heads the rows. `others` is a last row that sums up what is not listed. */
export function htmlTable<Row>(options: {
  caption: Content;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  others?: Row | null;
}): Markup {
  const { caption, columns, rows, others = null } = options;
  const heads = columns.map(
    ({ head, as, on }) => html`<th scope="col" class="${as ?? "text"} ${on ?? "any"}">${head}</th>`,
  );
  const cells = (row: Row): Content =>
    columns.map(({ cell, as, on }, index) =>
      index === 0
        ? html`<th scope="row">${cell(row)}</th>`
        : html`<td class="${as ?? "text"} ${on ?? "any"}">${cell(row)}</td>`,
    );
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${heads}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${cells(row)}
          </tr> `,
      )}
    </tbody>
    ${
      others === null
        ? null
        : html` <tbody class="others">
            <tr>
              ${cells(others)}
            </tr>
          </tbody>`
    }
  </table>`;
}
