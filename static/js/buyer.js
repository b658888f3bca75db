// The one entry of the buyer's page: it works without scripts, and keeps them few.
import "./copy.js";
