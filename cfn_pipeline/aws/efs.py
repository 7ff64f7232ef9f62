"""What Amazon EFS allows."""

#: After how many days without access files may move to Infrequent Access.
#: https://docs.aws.amazon.com/efs/latest/ug/API_LifecyclePolicy.html
DAYS_UNTIL_INFREQUENT_ACCESS = (1, 7, 14, 30, 60, 90, 180, 270, 365)
