// Finds people among all of them: the rows of the page, or, if they are too many for it, its data. Text stays text.
"use strict";
for (const form of document.querySelectorAll(".people form")) {
  const box = form.parentElement;
  const body = box.querySelector("tbody");
  const more = box.querySelector(".more");
  const count = box.querySelector(".count");
  const headings = [...box.querySelectorAll("thead th")].map((cell) => cell.textContent);
  const step = Number(box.dataset.shown);
  const most = Number(box.dataset.most);
  const data = JSON.parse(box.querySelector("script").textContent);
  const all = data.rows.map((row) => ({ row, text: (row[0] + " " + data.groups[row[1]]).toLowerCase() }));
  const amount = (text) => Number(text.replaceAll(",", "")) || 0;
  let found = all;
  let shown = step;

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  };
  const line = ({ row: [name, group, fate, ...amounts] }) => {
    const made = document.createElement("tr");
    const who = element("th", "", "");
    who.scope = "row";
    who.append(element("span", "name", name));
    if (data.groups[group]) who.append(element("small", "", data.groups[group]));
    const [tone, word, reason] = data.fates[fate];
    const how = element("td", "fate", "");
    how.append(element("strong", tone, word), element("small", "", reason));
    made.append(who, how);
    amounts.forEach((text, place) => {
      const cell = element("td", "", text);
      cell.dataset.label = headings[place + 2];
      made.append(cell);
    });
    return made;
  };
  const show = (limit) => {
    body.replaceChildren(...found.slice(0, limit).map(line));
    const seen = Math.min(limit, found.length);
    more.hidden = seen === found.length;
    more.textContent = `Show ${Math.min(step * 5, found.length - seen).toLocaleString("en")} more`;
    count.textContent = `${seen.toLocaleString("en")} of ${found.length.toLocaleString("en")} shown` +
      (found.length < all.length ? `, of ${all.length.toLocaleString("en")} in all` : "");
  };
  const search = () => {
    const wanted = form.elements.find.value.trim().toLowerCase();
    const { group, fate, order } = Object.fromEntries(new FormData(form));
    found = all.filter(({ row, text }) => text.includes(wanted) &&
      (!group || row[1] === Number(group)) && (!fate || data.fates[row[2]][1] === fate));
    if (order) {
      const place = Number(order);
      found.sort((one, two) => place === 0 ? (one.row[0] < two.row[0] ? -1 : 1) : amount(two.row[place]) - amount(one.row[place]));
    }
    show(shown = step);
  };
  form.addEventListener("input", search);
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => show(shown += step * 5));
  addEventListener("beforeprint", () => show(most));
  addEventListener("afterprint", () => show(shown));
  form.hidden = false;
  search();
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => (one.open = true)));
