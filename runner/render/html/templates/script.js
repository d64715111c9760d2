// Filters the table, and opens what is to be printed. Without it the page only lacks the filter.
(function () {
  "use strict";
  var box = document.getElementById("filter");
  if (box) {
    var text = document.getElementById("text");
    var kind = document.getElementById("kind");
    var shown = document.getElementById("shown");
    var rows = Array.from(document.querySelectorAll("tbody[data-k]"));
    var blocks = Array.from(document.querySelectorAll(".block"));
    var words = null; // read once, when somebody first types
    var due = 0;
    var said = 0;
    var number = new Intl.NumberFormat("en");

    var say = function (count) {
      clearTimeout(said);
      said = setTimeout(function () { // not at every letter: it is read aloud
        shown.textContent = number.format(count) + " of " + number.format(rows.length) + " shown";
      }, 200);
    };
    var sift = function () {
      due = 0;
      var wanted = text.value.trim().toLowerCase();
      if (wanted && !words) {
        words = rows.map(function (row) { return row.textContent.toLowerCase(); });
      }
      var count = 0;
      rows.forEach(function (row, index) {
        var fits = (!kind.value || row.dataset.k === kind.value) &&
          (!wanted || words[index].indexOf(wanted) >= 0);
        if (row.hidden === fits) { row.hidden = !fits; }
        count += fits ? 1 : 0;
      });
      blocks.forEach(function (block) {
        var left = block.querySelectorAll("tbody[data-k]:not([hidden])").length;
        block.hidden = !left;
        block.classList.toggle("full", left === rows.length || left > 200);
      });
      say(count);
    };
    var soon = function () {
      if (!due) { due = requestAnimationFrame(sift); }
    };
    text.addEventListener("input", soon);
    kind.addEventListener("change", soon);
    text.addEventListener("keydown", function (event) {
      if (event.key === "Escape") { text.value = ""; soon(); }
    });
    box.hidden = false;
    say(rows.length);
  }

  // An address of a command on this page opens its details, too.
  var reveal = function () {
    var row = /^#c\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
    if (row && row.hidden) { row.hidden = false; row.closest(".block").hidden = false; }
    var details = row && row.querySelector("details");
    if (details) { details.open = true; row.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();

  var opened = [];
  addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll(".few details:not([open]), .look details:not([open])"));
    opened.forEach(function (it) { it.open = true; });
  });
  addEventListener("afterprint", function () {
    opened.forEach(function (it) { it.open = false; });
  });
})();
