/** The page's entry: defines the element that `index.html` contains. */
import "./playground";
