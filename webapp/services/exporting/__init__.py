"""Files made from orders: what the list shows, as CSV or XLSX, at once or as a job."""
