SELECT count(*) AS requests FROM selected
