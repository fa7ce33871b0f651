// A page of the site made ready for paper: what is folded stands at its end, under a number, and is named in its place.
// ({cover, pages: [[name, first page on paper]]}): the other pages of a course follow the one that is open.
async ({cover, pages}) => {
  const make = (tag, html, className = "") => Object.assign(document.createElement(tag), {innerHTML: html, className});
  const fold = (article, key) => {
    const end = make("section", "<h2>Answers and hints</h2>");
    article.querySelectorAll("details").forEach((details, i) => {
      const summary = details.querySelector("summary"), named = summary.querySelector(".collapsed") || summary;
      const title = named.textContent.trim().replace(/^Show (\w)/, (_, letter) => letter.toUpperCase());
      if (/^(The imports|The report)/.test(title)) return details.remove();
      const at = `${key}-folded-${i}`, number = end.querySelectorAll("h3").length + 1;
      details.replaceWith(make("p", `<a href="#${at}">[${number}] ${title}</a>`, "folded"));
      summary.remove();
      const heading = make("h3", `[${number}] ${title}`), box = make("div", "", "unfolded");
      heading.id = at;
      box.append(heading, ...details.childNodes);
      end.append(box);
    });
    if (end.querySelector("h3")) article.querySelector("section").append(end);
  };
  // each is taken as it was before its formulas were set: those of what is folded were set without a width to measure
  const shell = document.querySelector("article[role=main]"), here = location.pathname.slice(1).replace(".html", "");
  const articles = [];
  for (const name of pages.length ? pages.map(([name]) => name) : [here]) {
    const page = new DOMParser().parseFromString(await (await fetch(`${name}.html`)).text(), "text/html");
    articles.push([name, document.importNode(page.querySelector("article[role=main]"), true)]);
  }
  for (const [name, article] of articles) {
    fold(article, name);
    shell.before(article);
    if (!pages.length) break;
    article.id = name;
    article.querySelectorAll("[id]").forEach(target => target.id = `${name}-${target.id}`);
    article.querySelectorAll("a[href]").forEach(link => {
      const [, page, anchor] = link.getAttribute("href").match(/^(?:(\w+)\.html)?(?:#(.*))?$/) || [];
      if (page || anchor) link.setAttribute("href", `#${page || name}${anchor ? "-" + anchor : ""}`);
    });
  }
  if (pages.length) {
    const titles = Object.fromEntries(articles.map(([name, article]) =>
      [name, article.querySelector("h1").firstChild.textContent]));
    const list = pages.map(([name, at]) => `<li><a href="#${name}">${titles[name]}</a><span>${at}</span></li>`).join("");
    articles[0][1].before(make("div", `${cover}<ul>${list}</ul>`, "cover"));
  }
  shell.remove();
  if (window.MathJax) await MathJax.typesetPromise();
  for (const box of document.querySelectorAll(".math-wrapper, div.math")) {
    if (box.scrollWidth > box.clientWidth) box.style.fontSize = `${Math.floor(98 * box.clientWidth / box.scrollWidth)}%`;
  }
  document.querySelectorAll("img").forEach(image => image.loading = "eager");
  await Promise.all([...document.images].map(image => image.decode().catch(() => null)));
}
