// The one entry of the back office: each module binds one behaviour by data- attributes, and no page needs any.
import "./live.js";
import "./toast.js";
import "./menu.js";
import "./selection.js"; // before dialog.js: it completes a form that dialog.js then sends
import "./confirm.js";
import "./dialog.js";
import "./busy.js";
import "./fields.js";
import "./narrow.js";
import "./upload.js";
import "./copy.js";
import "./search.js";
import "./fresh.js";
import "./columns.js";
import "./further.js";
import "./days.js";
import "./keys.js";
import "./palette.js";
