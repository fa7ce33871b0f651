// A picture opens at full size at a tap; what scrolls sideways can be reached with the keyboard.
addEventListener("DOMContentLoaded", () => {
  const dialog = document.createElement("dialog");
  dialog.className = "full-size";
  dialog.setAttribute("aria-label", "The picture at full size");
  dialog.addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  for (const image of document.querySelectorAll(".cell_output img, .cell_output svg[role=img]")) {
    const button = document.createElement("button");
    button.className = "enlarge";
    button.type = "button";
    image.replaceWith(button);
    button.append(image);
    button.addEventListener("click", () => {
      const close = document.createElement("button"), copy = image.cloneNode(true);
      close.textContent = "Close";
      copy.style.cssText = `max-width: none; width: ${Math.max(image.clientWidth, Math.min(image.naturalWidth || 960, 960))}px`;
      dialog.replaceChildren(close, copy);
      dialog.showModal();
    });
  }
  const boxes = document.querySelectorAll("pre, .cell_output, .cell_output table, .table-wrapper, .math-wrapper, div.math");
  const mark = () => boxes.forEach(box => {
    const wide = box.scrollWidth > box.clientWidth + 1;
    box.classList.toggle("scrolls", wide);
    wide ? box.tabIndex = 0 : box.removeAttribute("tabindex");
  });
  mark();
  addEventListener("resize", mark);
  addEventListener("load", mark);
  document.addEventListener("toggle", mark, true);
});
