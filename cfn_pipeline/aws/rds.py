"""Storage of databases on instances of Amazon RDS.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
"""

#: The least size in GiB of a new database, by the type of its storage.
LEAST_STORAGE = {"gp3": 20}
