"""Types of resources that hold data, and what becomes of it when CloudFormation removes them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html
"""

from collections.abc import Mapping

#: What a resource of a type holds, in words that follow "the".
DATA: Mapping[str, str] = {
    "AWS::Backup::BackupVault": "recovery points",
    "AWS::Cassandra::Table": "rows",
    "AWS::Cognito::IdentityPool": "identities",
    "AWS::Cognito::UserPool": "users",
    "AWS::DAX::Cluster": "cached items",
    "AWS::DocDB::DBCluster": "databases",
    "AWS::DynamoDB::GlobalTable": "items",
    "AWS::DynamoDB::Table": "items",
    "AWS::EC2::Instance": "data on its volumes",
    "AWS::EC2::Volume": "data on it",
    "AWS::ECR::PublicRepository": "images",
    "AWS::ECR::Repository": "images",
    "AWS::EFS::FileSystem": "files",
    "AWS::ElastiCache::CacheCluster": "cached data",
    "AWS::ElastiCache::ReplicationGroup": "cached data",
    "AWS::ElastiCache::ServerlessCache": "cached data",
    "AWS::Elasticsearch::Domain": "indexes",
    "AWS::FSx::FileSystem": "files",
    "AWS::FSx::Volume": "files",
    "AWS::KMS::Key": "key, and with it all that it encrypts",
    "AWS::Kinesis::Stream": "records",
    "AWS::Lightsail::Database": "databases",
    "AWS::Logs::LogGroup": "logs",
    "AWS::MSK::Cluster": "topics",
    "AWS::MemoryDB::Cluster": "data",
    "AWS::Neptune::DBCluster": "graphs",
    "AWS::OpenSearchServerless::Collection": "indexes",
    "AWS::OpenSearchService::Domain": "indexes",
    "AWS::QLDB::Ledger": "ledger",
    "AWS::RDS::DBCluster": "databases",
    "AWS::RDS::DBInstance": "databases",
    "AWS::RDS::GlobalCluster": "databases",
    "AWS::Redshift::Cluster": "databases",
    "AWS::RedshiftServerless::Namespace": "databases",
    "AWS::S3::Bucket": "objects",
    "AWS::S3Express::DirectoryBucket": "objects",
    "AWS::SDB::Domain": "items",
    "AWS::SQS::Queue": "messages",
    "AWS::SSM::Parameter": "value",
    "AWS::SecretsManager::Secret": "secret value",
    "AWS::Serverless::SimpleTable": "items",
    "AWS::Timestream::Database": "tables",
    "AWS::Timestream::Table": "records",
}

#: The types that CloudFormation does not delete while they hold anything: the update fails.
NOT_DELETED_WHILE_FULL: Mapping[str, str] = {
    "AWS::ECR::Repository": "EmptyOnDelete",
    "AWS::S3::Bucket": "",
}

#: Properties that keep a resource from deletion while they are true.
PROTECTIONS = ("DeletionProtection", "DeletionProtectionEnabled", "EnableDeletionProtection")

_DATABASES = ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster")


def default_policy(type_: str, *, is_in_cluster: bool) -> str:
    """Return what CloudFormation does when a resource without a DeletionPolicy is removed.

    Args:
        type_: the type.
        is_in_cluster: whether it is a database instance of a cluster.

    """
    return "Snapshot" if type_ in _DATABASES and not is_in_cluster else "Delete"
