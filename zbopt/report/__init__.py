"""What people look at: sentences, tables, workbook. Reads plan documents; knows no solver."""
